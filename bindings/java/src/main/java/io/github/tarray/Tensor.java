package io.github.tarray;

import java.lang.ref.Cleaner;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.ToIntFunction;

/**
 * A share in elements somewhere in memory, and what is known of them. {@link #close} gives it up;
 * the collector does it for those who forget, but it sees a small object whatever the size of the
 * memory behind it: close what is large.
 *
 * <p>Many threads may use a tensor at a time; nobody may be using it while it is closed.
 */
public final class Tensor implements AutoCloseable {
    private static final Cleaner CLEANER = Cleaner.create();
    private static final int MAX_NDIM = 64;
    private static final int SHAPE = 0;
    private static final int STRIDES = MAX_NDIM * Long.BYTES;
    private static final int SCALAR = 2 * MAX_NDIM * Long.BYTES;
    private static final Pool<Block> NUMBERS =
            new Pool<>(() -> new Block(SCALAR + Layout.SCALAR.size()));
    private static final Pool<Block> EXPORTS =
            new Pool<>(() -> new Block(Layout.EXPORT_OPTIONS.size()));

    private final Share share;
    private final Cleaner.Cleanable cleanable;
    private Facts facts;

    /** What is let go; knows nothing of the tensor, which the collector must be able to find. */
    private static final class Share implements Runnable {
        private final long handle;
        private final Pins.Pin pin;
        private volatile boolean isReleased;

        Share(long handle, Pins.Pin pin) {
            this.handle = handle;
            this.pin = pin;
        }

        @Override
        public void run() {
            isReleased = true;
            Library.CORE.release(handle);
            if (pin != null) {
                Pins.letGoIfReleased(pin);
            }
        }
    }

    /** Takes over a handle. */
    Tensor(long handle, Pins.Pin pin) {
        share = new Share(handle, pin);
        cleanable = CLEANER.register(this, share);
    }

    /** Takes over a {@code ta_tensor}, a share that C or another binding has in a tensor. */
    public static Tensor adopt(long handle) {
        if (handle == 0) {
            throw new TarrayException(Status.NULL_ARGUMENT, "the address of no ta_tensor");
        }
        return new Tensor(handle, null);
    }

    /** The address of a {@code ta_tensor}, one share more, for whoever takes it over. */
    public long retainHandle() {
        try {
            return Library.CORE.retain(handle());
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    /** The live handle; the caller keeps the tensor reachable while it is used. */
    long handle() {
        if (share.isReleased) {
            throw new TarrayException(Status.INVALID_ARGUMENT, "the tensor has been closed");
        }
        return share.handle;
    }

    /** Asked for once: they never change, so that it does not matter if two threads do. */
    private Facts facts() {
        Facts known = facts;
        if (known == null) {
            try {
                known = Facts.of(handle());
            } finally {
                Reference.reachabilityFence(this);
            }
            facts = known;
        }
        return known;
    }

    /** Gives up this share in the tensor; the last one lets its memory go. Again: nothing. */
    @Override
    public void close() {
        cleanable.clean();
    }

    public boolean isClosed() {
        return share.isReleased;
    }

    public DType dtype() {
        return facts().dtype();
    }

    public Device device() {
        return facts().device();
    }

    /** Extents of the axes. */
    public long[] shape() {
        return facts().shape().clone();
    }

    /** Between neighbours on each axis, in elements. */
    public long[] strides() {
        return facts().strides().clone();
    }

    /** The number of elements. */
    public long numel() {
        return facts().numel();
    }

    /** What the elements need one behind the other. */
    public long nbytes() {
        return facts().nbytes();
    }

    /** The address of element (0, …, 0), for as long as the tensor lives. */
    public long data() {
        return facts().data();
    }

    public Provenance provenance() {
        return facts().provenance();
    }

    /** Whether nobody may write through this tensor. */
    public boolean isReadOnly() {
        return facts().has(Facts.READ_ONLY);
    }

    /** Whether the elements stand one behind the other in C order. */
    public boolean isContiguous() {
        return facts().has(Facts.CONTIGUOUS);
    }

    /** Whether gradients arrive here. */
    public boolean requiresGrad() {
        try {
            return Library.CORE.requiresGrad(handle()) != 0;
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    /** Says of a leaf whether it requires a gradient. */
    public void setRequiresGrad(boolean wanted) {
        calling(answer ->
                Library.CORE.setRequiresGrad(handle(), wanted ? 1 : 0, answer.error));
    }

    /** Whether no recorded operation made it. */
    public boolean isLeaf() {
        return facts().has(Facts.LEAF);
    }

    /** The name of the recorded operation that made it, like MulBackward0; null for a leaf. */
    public String gradFnName() {
        try {
            return Library.CORE.gradFnName(handle());
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    /** The gradient that has arrived, to be closed; null if there is none. */
    public Tensor grad() {
        try {
            long grad = Library.CORE.grad(handle());
            return grad == 0 ? null : new Tensor(grad, null);
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    /** Replaces the gradient; null clears it. */
    public void setGrad(Tensor grad) {
        try {
            calling(answer -> Library.CORE.setGrad(handle(), handleOf(grad), answer.error));
        } finally {
            Reference.reachabilityFence(grad);
        }
    }

    /** Another tensor over the same memory, without a history. */
    public Tensor detach() {
        return making(share.pin, answer ->
                Library.CORE.detach(handle(), answer.out, answer.error));
    }

    /** {@link #backward(Tensor, boolean)} of a tensor of one element, once. */
    public void backward() {
        backward(null, false);
    }

    /**
     * Adds the gradients of this tensor to those of the leaves that it was computed from. What an
     * operation of Java's throws comes out as it is.
     *
     * @param gradient that of the final result; null does for a tensor of one element
     * @param retainGraph whether there may be another pass
     */
    public void backward(Tensor gradient, boolean retainGraph) {
        try {
            calling(answer -> Recorder.during(() -> Library.CORE.backward(
                    handle(), handleOf(gradient), retainGraph ? 1 : 0, answer.error)));
        } finally {
            Reference.reachabilityFence(gradient);
        }
    }

    /** This + other, which is a tensor or whatever {@link Tarray#asarray(Object)} makes one of. */
    public Tensor add(Object other) {
        return with(other, Library.CORE::add);
    }

    /** This - other. */
    public Tensor sub(Object other) {
        return with(other, Library.CORE::sub);
    }

    /** This * other. */
    public Tensor mul(Object other) {
        return with(other, Library.CORE::mul);
    }

    public Tensor neg() {
        return making(null, answer -> Library.CORE.neg(handle(), answer.out, answer.error));
    }

    /** The sum of all elements. */
    public Tensor sum() {
        return sum(false);
    }

    /** The sum along axes, or of all elements without any; if kept, axes stay with extent 1. */
    public Tensor sum(boolean keep, long... axes) {
        if (axes.length > MAX_NDIM) {
            throw new TarrayException(Status.LAYOUT, axes.length + " axes: at most " + MAX_NDIM);
        }
        return call(NUMBERS, (block, answer) -> {
            long along = block.list(SHAPE, axes);
            answer.check(Library.CORE.sum(
                    handle(), along, axes.length, keep ? 1 : 0, answer.out, answer.error));
            return new Tensor(answer.value(), null);
        });
    }

    private interface Binary {
        int call(long a, long b, long out, long err);
    }

    private Tensor with(Object other, Binary call) {
        boolean isOurs = !(other instanceof Tensor);
        Options history = new Options().requiresGrad(Grad.AS_SOURCE);
        Tensor right = isOurs ? Tarray.asarray(other, history) : (Tensor) other;
        try {
            return making(null, answer ->
                    call.call(handle(), right.handle(), answer.out, answer.error));
        } finally {
            if (isOurs) {
                right.close();
            }
            Reference.reachabilityFence(right);
        }
    }

    private static long handleOf(Tensor orNull) {
        return orNull == null ? 0 : orNull.handle();
    }

    private void calling(ToIntFunction<Answer> call) {
        try {
            Answer.to(answer -> {
                answer.check(call.applyAsInt(answer));
                return null;
            });
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    /** A call that puts out a tensor, over the memory of {@code pin} if that is not null. */
    private Tensor making(Pins.Pin pin, ToIntFunction<Answer> call) {
        try {
            return Answer.to(answer -> {
                answer.check(call.applyAsInt(answer));
                return new Tensor(answer.value(), pin);
            });
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    private <T> T call(Pool<Block> pool, BiFunction<Block, Answer, T> call) {
        try {
            return pool.lend(block -> Answer.to(answer -> call.apply(block, answer)));
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    /** One element: a Boolean, Long, Double or {@link Complex}, or a BigInteger beyond 2**63-1. */
    public Object item(long... index) {
        mustFit(index);
        return call(NUMBERS, (block, answer) -> {
            long at = block.list(SHAPE, index);
            answer.check(Library.CORE.item(handle(), at, block.address + SCALAR, answer.error));
            return Scalars.read(block.bytes, SCALAR);
        });
    }

    /** One element that is real, as a double. */
    public double getDouble(long... index) {
        return number(index).doubleValue();
    }

    /** One element as a long; the low bits of what is larger, and real ones are cut. */
    public long getLong(long... index) {
        return number(index).longValue();
    }

    private Number number(long... index) {
        Object item = item(index);
        if (item instanceof Boolean truth) {
            return truth ? 1 : 0;
        }
        if (item instanceof Complex) {
            throw new TarrayException(Status.DTYPE, "an element of " + dtype() + " is not real");
        }
        return (Number) item;
    }

    private void mustFit(long[] index) {
        if (index.length != facts().shape().length) {
            String axes = " numbers into " + facts().shape().length + " axes";
            String message = "an index of " + index.length + axes;
            throw new TarrayException(Status.OUT_OF_BOUNDS, message);
        }
    }

    /** Writes one element. */
    public void set(Object value, long... index) {
        mustFit(index);
        long offset = 0;
        for (int axis = 0; axis < index.length; axis++) {
            long extent = facts().shape()[axis];
            if (index[axis] < 0 || index[axis] >= extent) {
                String message = "index " + index[axis] + " on axis " + axis + " of " + extent;
                throw new TarrayException(Status.OUT_OF_BOUNDS, message);
            }
            offset += index[axis] * facts().strides()[axis];
        }
        try (Tensor element = view(new long[0], null, offset)) {
            element.fill(value);
        }
    }

    /** Writes one value to every element. */
    public void fill(Object value) {
        call(NUMBERS, (block, answer) -> {
            if (!Scalars.write(block.bytes, SCALAR, value)) {
                throw new TarrayException(
                        Status.KIND, TarrayException.wrongKind(value).getMessage());
            }
            answer.check(Library.CORE.fill(handle(), block.address + SCALAR, answer.error));
            return null;
        });
    }

    /** Writes the elements of another tensor, converted and broadcast. */
    public void copyFrom(Tensor source) {
        try {
            call(NUMBERS, (block, answer) -> {
                answer.check(Library.CORE.copyInto(handle(), source.handle(), answer.error));
                return null;
            });
        } finally {
            Reference.reachabilityFence(source);
        }
    }

    /**
     * A tensor over a part of this one's memory. Strides and the offset count elements; without
     * strides, {@code null}, it is in C order.
     */
    public Tensor view(long[] shape, long[] strides, long offset) {
        if (shape.length > MAX_NDIM || (strides != null && strides.length != shape.length)) {
            String steps = strides == null ? "no" : String.valueOf(strides.length);
            String message = shape.length + " axes with " + steps + " strides";
            throw new TarrayException(Status.LAYOUT, message);
        }
        return call(NUMBERS, (block, answer) -> {
            long extents = block.list(SHAPE, shape);
            long steps = strides == null ? 0 : block.list(STRIDES, strides);
            answer.check(Library.CORE.view(
                    handle(), shape.length, extents, steps, offset, answer.out, answer.error));
            return new Tensor(answer.value(), share.pin);
        });
    }

    /**
     * The tensor's own memory, in native order, read-only if the tensor is. It keeps the memory
     * alive, as does every buffer that is made of it, also when the tensor is closed.
     */
    public ByteBuffer byteBuffer() {
        refuse(!device().equals(Device.CPU), Status.DEVICE, "memory of " + device());
        refuse(requiresGrad(), Status.EXPORT, "a tensor that requires grad");
        refuse(!isContiguous(), Status.LAYOUT, "a tensor that is not contiguous");
        refuse(nbytes() > Integer.MAX_VALUE, Status.LAYOUT, "more than 2**31-1 bytes");
        if (nbytes() == 0) {
            return ByteBuffer.allocateDirect(0).order(ByteOrder.nativeOrder());
        }
        try {
            Share lent = new Share(Library.CORE.retain(handle()), share.pin);
            ByteBuffer memory = Library.CORE.at(data(), (int) nbytes());
            // Buffers that are made of this one refer to it: it is found when they are gone.
            CLEANER.register(memory, lent);
            return isReadOnly()
                    ? memory.asReadOnlyBuffer().order(ByteOrder.nativeOrder())
                    : memory;
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    private static void refuse(boolean is, int status, String what) {
        if (is) {
            throw new TarrayException(status, "a buffer of Java can't have " + what);
        }
    }

    /** A copy in C order, converted. */
    public float[] toFloats() {
        return read(DType.FLOAT32, elements -> {
            float[] copy = new float[elements.remaining() / Float.BYTES];
            elements.asFloatBuffer().get(copy);
            return copy;
        });
    }

    /** A copy in C order, converted. */
    public double[] toDoubles() {
        return read(DType.FLOAT64, elements -> {
            double[] copy = new double[elements.remaining() / Double.BYTES];
            elements.asDoubleBuffer().get(copy);
            return copy;
        });
    }

    /** A copy in C order, converted. */
    public int[] toInts() {
        return read(DType.INT32, elements -> {
            int[] copy = new int[elements.remaining() / Integer.BYTES];
            elements.asIntBuffer().get(copy);
            return copy;
        });
    }

    /** A copy in C order, converted. */
    public long[] toLongs() {
        return read(DType.INT64, elements -> {
            long[] copy = new long[elements.remaining() / Long.BYTES];
            elements.asLongBuffer().get(copy);
            return copy;
        });
    }

    /** Reads the elements, converted and in C order. */
    private <T> T read(DType to, Function<ByteBuffer, T> use) {
        refuse(numel() > Integer.MAX_VALUE / to.bytes(), Status.LAYOUT, "more than 2**31-1 bytes");
        Options options = new Options().dtype(to).contiguous().device(Device.CPU);
        try (Tensor same = Tarray.asarray(this, options)) {
            int bytes = (int) same.nbytes();
            return use.apply(
                    bytes == 0 ? ByteBuffer.allocate(0) : Library.CORE.at(same.data(), bytes));
        }
    }

    /**
     * Lends the tensor: the address of a {@code DLManagedTensorVersioned}, which goes to one
     * consumer, or to {@link Tarray#deleteDLPack}.
     */
    public long toDLPack(ExportOptions options) {
        return call(EXPORTS, (block, answer) -> {
            options.write(block.bytes, 0);
            answer.check(
                    Library.CORE.toDLPack(handle(), block.address, answer.out, answer.error));
            return answer.value();
        });
    }

    /** {@link #toDLPack(ExportOptions)} as it is. */
    public long toDLPack() {
        return toDLPack(new ExportOptions());
    }

    /** As {@link #toDLPack(ExportOptions)}, a {@code DLManagedTensor}. */
    public long toDLPackLegacy(ExportOptions options) {
        return call(EXPORTS, (block, answer) -> {
            options.write(block.bytes, 0);
            answer.check(
                    Library.CORE.toDLPackLegacy(handle(), block.address, answer.out, answer.error));
            return answer.value();
        });
    }

    /** The tensor as PyTorch would print it. */
    @Override
    public String toString() {
        if (isClosed()) {
            return "Tensor (closed)";
        }
        String text = print(1024);
        return text != null ? text : print(neededToPrint());
    }

    /** The text if it fits. */
    private String print(int capacity) {
        return Answer.to(answer -> {
            Block block = new Block(capacity);
            int length = print(block.address, capacity, answer);
            if (length >= capacity) {
                return null;
            }
            byte[] text = new byte[length];
            block.bytes.get(0, text);
            return new String(text, StandardCharsets.UTF_8);
        });
    }

    private int neededToPrint() {
        return Answer.to(answer -> print(0, 0, answer) + 1);
    }

    private int print(long buffer, int capacity, Answer answer) {
        try {
            answer.check(Library.CORE.repr(
                    handle(), 0, buffer, capacity, answer.out, answer.error));
            return Math.toIntExact(answer.value());
        } finally {
            Reference.reachabilityFence(this);
        }
    }
}
