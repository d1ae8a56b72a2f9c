package io.github.tarray;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** The table of cases, with Java's buffers, numbers and lists. */
final class CasesTest {
    /** How many of the cases are known to run here. */
    private static final int FEWEST = 254;

    private static final Set<String> BUFFERS =
            Set.of("int16", "int32", "int64", "float32", "float64");

    private CasesTest() {}

    static void run() throws Exception {
        int ran = 0;
        List<Row> rows = Row.table();
        for (Row row : rows) {
            if (canRun(row)) {
                ran++;
                Check.test(row.get("name"), () -> run(row));
            }
        }
        int count = ran;
        System.out.println(count + " of " + rows.size() + " cases ran");
        Check.test("the table of cases", () -> Check.that(count >= FEWEST, count + " ran"));
        Check.test("nothing is alive after the table", Check::nothingAlive);
    }

    /** Buffers of numbers have one axis; no number has a dtype. */
    private static boolean canRun(Row row) {
        return switch (row.get("kind")) {
            case "array" -> BUFFERS.contains(row.get("source_dtype"))
                    && row.integers("source_shape").length == 1;
            case "typed_scalar" -> false;
            default -> true;
        };
    }

    private static boolean isOfNumbers(Row row) {
        return Set.of("scalar", "complex", "big", "list", "complex_list").contains(row.get("kind"));
    }

    private static void run(Row row) throws Exception {
        ByteBuffer block = isOfNumbers(row) ? null : row.block();
        Options options = row.options();
        if (row.get("status").equals("TA_OK")) {
            try (Tensor tensor = call(row, block, options)) {
                right(tensor, row, block);
            }
        } else {
            long before = Tarray.liveTensors();
            String says = row.get("says") == null ? "" : row.get("says");
            Check.fails(row.get("status"), says, () -> call(row, block, options).close());
            // The collector may meanwhile have found what others left.
            long after = Tarray.liveTensors();
            Check.that(after <= before, after + " tensors are alive, not " + before);
        }
    }

    /** Makes the call of a case. Of what was made for it, only the result is left. */
    private static Tensor call(Row row, ByteBuffer block, Options options) throws Exception {
        switch (row.get("kind")) {
            case "scalar", "complex", "big":
                return Tarray.asarray(Row.number(row.get("value")), options);
            case "list", "complex_list":
                return Tarray.asarray(row.list(), options);
            case "buffer":
                ByteBuffer bytes = row.says("traits", "read_only") ? block.asReadOnlyBuffer() : block;
                return Tarray.asarray(bytes, options);
            case "array":
                return Tarray.asarray(typed(block, row), options);
            case "rows":
                return Tarray.asarray(rows(block, row), options);
            case "strided":
                return Tarray.asarray(strided(block, row), options);
            default:
                try (Tensor tensor = Tarray.asarray(strided(block, row))) {
                    return passOn(row.get("kind"), tensor, options);
                }
        }
    }

    private static Object typed(ByteBuffer block, Row row) {
        return switch (row.get("source_dtype")) {
            case "int16" -> block.asShortBuffer();
            case "int32" -> block.asIntBuffer();
            case "int64" -> block.asLongBuffer();
            case "float32" -> block.asFloatBuffer();
            default -> block.asDoubleBuffer();
        };
    }

    private static List<Object> rows(ByteBuffer block, Row row) {
        int count = (int) row.integers("source_shape")[0];
        int size = block.capacity() / count;
        List<Object> rows = new ArrayList<>();
        for (int k = 0; k < count; k++) {
            rows.add(typed(block.slice(k * size, size).order(block.order()), row));
        }
        return rows;
    }

    private static Strided strided(ByteBuffer block, Row row) throws Exception {
        DType dtype = Row.dtype(row.get("source_dtype"));
        Strided memory = Strided.of(block, dtype, row.integers("source_shape"));
        memory = memory.offsetBytes(Long.parseLong(row.get("start")));
        if (row.get("strides") != null) {
            memory = memory.stridesBytes(row.integers("strides"));
        }
        memory = row.says("traits", "read_only") ? memory.readOnly() : memory;
        return row.says("traits", "swapped") ? memory.byteSwapped() : memory;
    }

    private static Tensor passOn(String kind, Tensor tensor, Options options) {
        if (kind.equals("tensor")) {
            return Tarray.asarray(tensor, options);
        }
        boolean isLegacy = kind.equals("dlpack_legacy");
        long managed = isLegacy
                ? tensor.toDLPackLegacy(new ExportOptions())
                : tensor.toDLPack();
        try {
            return isLegacy
                    ? Tarray.fromDLPackLegacy(managed, options)
                    : Tarray.fromDLPack(managed, options);
        } catch (TarrayException failure) {
            if (isLegacy) {
                Tarray.deleteDLPackLegacy(managed);
            } else {
                Tarray.deleteDLPack(managed);
            }
            throw failure;
        }
    }

    private static byte[] elements(Tensor tensor) {
        Options plain = new Options().copy(Copy.ALWAYS).contiguous();
        try (Tensor copy = Tarray.asarray(tensor, plain)) {
            ByteBuffer memory = copy.byteBuffer();
            byte[] bytes = new byte[memory.remaining()];
            memory.get(bytes);
            return bytes;
        }
    }

    private static void right(Tensor tensor, Row row, ByteBuffer block) {
        Check.same(row.get("dtype"), tensor.dtype().toString(), "dtype");
        Check.same(row.integers("shape"), tensor.shape(), "shape");
        Check.same(row.bytes("data"), elements(tensor), "data");
        Check.same(row.says("flags", "read_only"), tensor.isReadOnly(), "read_only");
        Check.same(row.says("flags", "contiguous"), tensor.isContiguous(), "contiguous");
        Check.same(row.says("flags", "requires_grad"), tensor.requiresGrad(), "requires_grad");
        boolean isAliased = row.get("aliased").equals("1");
        Provenance want = new Provenance(row.get("origin"), isAliased, row.get("reason"), false);
        Check.same(want, tensor.provenance(), "provenance");
        if (block == null || tensor.numel() == 0) {
            return;
        }
        long at = tensor.data() - Library.CORE.addressOf(block);
        if (isAliased) {
            Check.same(Long.parseLong(row.get("start")), at, "where the elements are");
        } else {
            Check.that(at < 0 || at >= block.capacity(), "a copy is in the block");
        }
    }
}
