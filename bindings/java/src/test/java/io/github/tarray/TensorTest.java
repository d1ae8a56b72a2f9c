package io.github.tarray;

import static io.github.tarray.Check.fails;
import static io.github.tarray.Check.same;
import static io.github.tarray.Check.test;
import static io.github.tarray.Check.that;

import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.CharBuffer;
import java.nio.FloatBuffer;
import java.nio.ReadOnlyBufferException;
import java.util.AbstractList;
import java.util.Arrays;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** What a tensor tells and does, and how calls fail. */
final class TensorTest {
    private TensorTest() {}

    private static ByteBuffer direct(int bytes) {
        return ByteBuffer.allocateDirect(bytes).order(ByteOrder.nativeOrder());
    }

    static void run() {
        test("facts", TensorTest::facts);
        test("a long text is printed whole", TensorTest::longText);
        test("elements come as what Java has for them", TensorTest::elements);
        test("arrays are copied, and say so", TensorTest::arrays);
        test("copies are converted", TensorTest::copies);
        test("more elements than an array can have are refused", TensorTest::tooMany);
        test("buffers of the other byte order are read right", TensorTest::swapped);
        test("a buffer is read from its position to its limit", TensorTest::position);
        test("lists of everything", TensorTest::lists);
        test("writes reach the buffer", TensorTest::writes);
        test("buffers are not told of what they do not know", TensorTest::refusedBuffers);
        test("wrong kinds are refused by name", TensorTest::wrongKinds);
        test("memory that is not in the buffer is not described", TensorTest::outside);
        test("indices and views outside are refused", TensorTest::indices);
        test("what a list throws is thrown", TensorTest::thrown);
        test("a list may call the library while it is read", TensorTest::reentrant);
        test("a list that contains itself is refused", TensorTest::endless);
        test("a loan that was refused is still ours", TensorTest::refusedLoan);
    }

    private static void facts() {
        Strided memory = Strided.of(direct(12), DType.INT16, 2, 3);
        Tensor closed;
        try (Tensor tensor = Tarray.asarray(memory, new Options().readOnly())) {
            same(DType.INT16, tensor.dtype(), "dtype");
            same(new long[] {2, 3}, tensor.shape(), "shape");
            same(new long[] {3, 1}, tensor.strides(), "strides");
            same(6L, tensor.numel(), "numel");
            same(12L, tensor.nbytes(), "nbytes");
            same("cpu", tensor.device().toString(), "device");
            same(true, tensor.isReadOnly(), "read-only");
            same("tensor([[0, 0, 0],\n        [0, 0, 0]], dtype=tarray.int16)",
                    tensor.toString(), "the text");
            closed = tensor;
        }
        same("Tensor (closed)", closed.toString(), "the text of a closed tensor");
    }

    private static void longText() {
        try (Tensor tensor = Tarray.asarray(new double[900])) {
            String text = tensor.toString();
            that(text.length() > 1024 && text.endsWith("dtype=tarray.float64)"), text);
        }
    }

    private static void elements() {
        BigInteger large = BigInteger.ONE.shiftLeft(63);
        Map<Object, Object> rows = Map.of(
                true, true, -5, -5L, (byte) 3, 3L, 1.5, 1.5, 2.5f, 2.5, large, large,
                new Complex(1, -2), new Complex(1, -2));
        rows.forEach((value, want) -> {
            try (Tensor one = Tarray.asarray(value); Tensor list = Tarray.asarray(List.of(value))) {
                same(want, one.item(), "the item of " + value);
                same(want, list.item(0), "the item of a list of " + value);
            }
        });
        try (Tensor tensor = Tarray.asarray(List.of(1.5, 7))) {
            same(1.5, tensor.getDouble(0), "a double");
            same(7L, tensor.getLong(1), "a long");
        }
    }

    private static void arrays() throws Exception {
        Map<Object, DType> rows = Map.of(
                new boolean[] {true, false}, DType.BOOL, new byte[] {-1, 2}, DType.INT8,
                new short[] {-1, 2}, DType.INT16, new int[] {-1, 2}, DType.INT32,
                new long[] {-1, 2}, DType.INT64, new float[] {-1, 2}, DType.FLOAT32,
                new double[] {-1, 2}, DType.FLOAT64);
        for (Map.Entry<Object, DType> row : rows.entrySet()) {
            Object array = row.getKey();
            double[] want = row.getValue() == DType.BOOL ? new double[] {1, 0} : new double[] {-1, 2};
            try (Tensor tensor = Tarray.asarray(array); Tensor twice = Tarray.asarray(List.of(array))) {
                same(row.getValue(), tensor.dtype(), "dtype");
                same(want, tensor.toDoubles(), "the elements");
                same(new Provenance("memory", false, "producer", false), tensor.provenance(), "how");
                same(row.getValue(), twice.dtype(), "dtype in a list");
                same(want, twice.toDoubles(), "the elements in a list");
            }
            try (Tensor asked = Tarray.asarray(array, new Options().copy(Copy.ALWAYS))) {
                same("requested", asked.provenance().reason(), "the reason");
            }
            fails("TA_ERR_CANNOT_ALIAS", "use a direct buffer",
                    () -> Tarray.asarray(array, new Options().copy(Copy.NEVER)));
        }
        try (Tensor tensor = Tarray.asarray(FloatBuffer.wrap(new float[] {1, 2, 3}, 1, 2))) {
            same(new float[] {2, 3}, tensor.toFloats(), "a buffer of the heap");
        }
        byte[] one = {0, 0, (byte) 0x80, 0x3f};
        try (Tensor tensor = Tarray.asarray(ByteBuffer.wrap(one))) {
            same(new float[] {1}, tensor.toFloats(), "bytes of the heap");
            same("buffer", tensor.provenance().source(), "its source");
        }
    }

    private static void copies() {
        Strided columns = Strided.of(direct(24).putInt(4, 7), DType.INT32, 3, 2).stridesBytes(4, 12);
        try (Tensor tensor = Tarray.asarray(columns)) {
            same(new float[] {0, 0, 7, 0, 0, 0}, tensor.toFloats(), "floats");
            same(new long[] {0, 0, 7, 0, 0, 0}, tensor.toLongs(), "longs");
            same(new int[] {0, 0, 7, 0, 0, 0}, tensor.toInts(), "ints");
        }
    }

    private static void tooMany() throws Exception {
        try (Tensor one = Tarray.asarray(new byte[] {1});
                Tensor many = one.view(new long[] {1L << 62}, new long[] {0}, 0)) {
            fails("TA_ERR_LAYOUT", "more than 2**31-1 bytes", many::toFloats);
            fails("TA_ERR_LAYOUT", "more than 2**31-1 bytes", many::toLongs);
        }
    }

    private static void swapped() {
        ByteOrder other = ByteOrder.nativeOrder() == ByteOrder.BIG_ENDIAN
                ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN;
        ByteBuffer bytes = ByteBuffer.allocateDirect(8).order(other).putInt(0, 5).putInt(4, -6);
        try (Tensor tensor = Tarray.asarray(bytes.asIntBuffer())) {
            same(new int[] {5, -6}, tensor.toInts(), "the elements");
            same("byte order", tensor.provenance().reason(), "the reason");
        }
    }

    private static void position() {
        FloatBuffer floats = direct(16).asFloatBuffer().put(new float[] {1, 2, 3, 4});
        try (Tensor tensor = Tarray.asarray(floats.position(1).limit(3))) {
            same(new float[] {2, 3}, tensor.toFloats(), "the elements");
            same(true, tensor.provenance().aliased(), "aliased");
        }
    }

    private static void lists() {
        FloatBuffer floats = direct(8).asFloatBuffer().put(new float[] {1, 2}).flip();
        try (Tensor row = Tarray.asarray(floats)) {
            Object[][] lists = {
                {List.of(1.0, 2.0), List.of(1.0, 2.0)}, {floats, row}, {row, new float[] {1, 2}},
                {new Object[] {1.0, 2.0}, floats},
            };
            for (Object[] list : lists) {
                try (Tensor tensor = Tarray.asarray(list)) {
                    same(new long[] {2, 2}, tensor.shape(), "the shape of " + Arrays.toString(list));
                    same(new float[] {1, 2, 1, 2}, tensor.toFloats(), "the elements");
                }
            }
        }
        try (Tensor tensor = Tarray.asarray(new double[][] {{1, 2}, {3, 4}})) {
            same(new double[] {1, 2, 3, 4}, tensor.toDoubles(), "a matrix of Java");
        }
    }

    private static void writes() {
        ByteBuffer bytes = direct(16);
        try (Tensor tensor = Tarray.asarray(Strided.of(bytes, DType.FLOAT32, 2, 2));
                Tensor source = Tarray.asarray(List.of(8, 9));
                Tensor row = tensor.view(new long[] {2}, null, 2)) {
            tensor.fill(1);
            tensor.set(7.5, 0, 1);
            row.copyFrom(source);
            tensor.byteBuffer().putFloat(0, -1);
        }
        float[] got = new float[4];
        bytes.asFloatBuffer().get(got);
        same(new float[] {-1, 7.5f, 8, 9}, got, "the elements");
    }

    private static void refusedBuffers() throws Exception {
        Strided columns = Strided.of(direct(24), DType.FLOAT32, 3, 2).stridesBytes(4, 12);
        try (Tensor tensor = Tarray.asarray(columns);
                Tensor leaf = Tarray.asarray(1.5, new Options().requiresGrad(Grad.YES));
                Tensor constant = Tarray.asarray(1.5, new Options().readOnly())) {
            fails("TA_ERR_LAYOUT", "not contiguous", tensor::byteBuffer);
            fails("TA_ERR_EXPORT", "requires grad", leaf::byteBuffer);
            same(1.5f, constant.byteBuffer().getFloat(0), "a constant");
            try {
                constant.byteBuffer().putFloat(0, 2);
                throw new AssertionError("a read-only tensor was written");
            } catch (ReadOnlyBufferException expected) {
                same(1.5f, constant.byteBuffer().getFloat(0), "the constant");
            }
        }
    }

    private static void wrongKinds() throws Exception {
        List<Object> values = new ArrayList<>(
                List.of("text", 'c', new char[1], Map.of(), CharBuffer.allocate(1)));
        values.add(null);
        for (Object value : values) {
            String name = value == null ? "null" : value.getClass().getTypeName();
            fails("TA_ERR_KIND", name, () -> Tarray.asarray(value));
            fails("TA_ERR_KIND", "item 1 of a list", () -> Tarray.asarray(Arrays.asList(1, value)));
        }
        fails("TA_ERR_KIND", "not direct",
                () -> Strided.of(ByteBuffer.allocate(4), DType.INT8, 4));
    }

    private static void outside() throws Exception {
        ByteBuffer bytes = direct(16);
        Strided two = Strided.of(bytes, DType.FLOAT32, 2);
        Object[][] rows = {
            {Strided.of(bytes, DType.FLOAT32, 5), "TA_ERR_OUT_OF_BOUNDS", "bytes 0 to 20 of a buffer of 16"},
            {two.offsetBytes(-4), "TA_ERR_OUT_OF_BOUNDS", "bytes -4"},
            {two.stridesBytes(-4), "TA_ERR_OUT_OF_BOUNDS", "bytes -4"},
            {two.stridesBytes(Long.MAX_VALUE), "TA_ERR_OUT_OF_BOUNDS", "of a buffer of 16"},
            {Strided.of(bytes, DType.FLOAT32, 1L << 40, 1L << 40), "TA_ERR_OUT_OF_BOUNDS", "shape"},
            {Strided.of(bytes, DType.FLOAT32, -1), "TA_ERR_LAYOUT", "-1"},
            {Strided.of(bytes, DType.INT8, new long[65]), "TA_ERR_LAYOUT", "65"},
        };
        for (Object[] row : rows) {
            fails((String) row[1], (String) row[2], () -> Tarray.asarray(row[0]));
            fails((String) row[1], (String) row[2], () -> Tarray.asarray(List.of(row[0])));
        }
        fails("TA_ERR_INVALID_ARGUMENT", "2 strides for 1 axes", () -> two.stridesBytes(4, 4));
    }

    private static void indices() throws Exception {
        try (Tensor tensor = Tarray.asarray(List.of(1, 2))) {
            fails("TA_ERR_OUT_OF_BOUNDS", "2", () -> tensor.item(2));
            fails("TA_ERR_OUT_OF_BOUNDS", "0 numbers into 1 axes", () -> tensor.item());
            fails("TA_ERR_OUT_OF_BOUNDS", "-1", () -> tensor.set(1, -1));
            fails("TA_ERR_KIND", "String", () -> tensor.fill("x"));
            fails("TA_ERR_OUT_OF_BOUNDS", "", () -> tensor.view(new long[] {5}, null, 0));
            fails("TA_ERR_LAYOUT", "2 strides",
                    () -> tensor.view(new long[] {1}, new long[] {1, 1}, 0));
        }
    }

    /** Two numbers, the second of which comes of a call. */
    private static List<Object> list(java.util.function.Supplier<Object> second) {
        return new AbstractList<>() {
            @Override
            public Object get(int index) {
                return index == 0 ? (Object) 1 : second.get();
            }

            @Override
            public int size() {
                return 2;
            }
        };
    }

    private static void thrown() throws Exception {
        for (Throwable wrong : Check.THROWABLES) {
            List<Object> list = list(() -> Check.thrown(wrong));
            Check.throwing(wrong, () -> Tarray.asarray(List.of(List.of(1, 2), list)));
        }
    }

    private static void reentrant() {
        List<Object> list = list(() -> {
            try (Tensor inner = Tarray.asarray(List.of(List.of(5), List.of(6)))) {
                return inner.item(1, 0);
            }
        });
        try (Tensor tensor = Tarray.asarray(List.of(List.of(0, 0), list))) {
            same(new long[] {0, 0, 1, 6}, tensor.toLongs(), "the elements");
        }
    }

    private static void endless() throws Exception {
        Object[] endless = new Object[1];
        endless[0] = endless;
        fails("TA_ERR_LAYOUT", "64", () -> Tarray.asarray(endless));
    }

    private static void refusedLoan() throws Exception {
        long loan;
        try (Tensor tensor = Tarray.asarray(1.5)) {
            loan = tensor.toDLPack(new ExportOptions().maxVersion(1, 0).readOnly());
        }
        fails("TA_ERR_CANNOT_ALIAS", "int8", () ->
                Tarray.fromDLPack(loan, new Options().dtype(DType.INT8).copy(Copy.NEVER)));
        try (Tensor again = Tarray.fromDLPack(loan)) {
            same(true, again.isReadOnly(), "read-only");
        }
        fails("TA_ERR_INVALID_ARGUMENT", "-1.0", () -> new ExportOptions().maxVersion(-1, 0));
        fails("TA_ERR_NULL_ARGUMENT", "managed", () -> Tarray.fromDLPack(0));
    }
}
