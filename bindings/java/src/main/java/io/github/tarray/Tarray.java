package io.github.tarray;

import java.lang.ref.Reference;
import java.nio.Buffer;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Objects;
import java.util.function.Supplier;

/** Makes tensors. */
public final class Tarray {
    private static final Pool<Block> REQUESTS = new Pool<>(() -> new Block(Layout.OPTIONS.size()));
    private static final Options DEFAULTS = new Options();
    private static final int DELETER = 16;
    private static final int DELETER_LEGACY = 56;

    private Tarray() {}

    /** {@link #asarray(Object, Options)} with all defaults. */
    public static Tensor asarray(Object value) {
        return asarray(value, DEFAULTS);
    }

    /**
     * Makes a tensor of anything: shares its memory if that is possible, else copies. It takes
     *
     * <ul>
     *   <li>direct buffers of numbers, which are shared, in whatever byte order they are;
     *   <li>a {@link ByteBuffer}: its bytes are read as the dtype that is asked for, or float32;
     *   <li>{@link Strided}, a direct buffer seen with axes;
     *   <li>a {@link Tensor};
     *   <li>arrays of boolean, byte, short, int, long, float or double, and buffers that are not
     *       direct: copied, since the collector moves them;
     *   <li>Boolean, Byte to Long, Float, Double, BigInteger and {@link Complex}: a number without
     *       a dtype, so that a real one becomes float32;
     *   <li>lists and object arrays of all these, nested: copied.
     * </ul>
     */
    public static Tensor asarray(Object value, Options options) {
        return SourceBlock.POOL.lend(source -> {
            if (Walk.isList(value)) {
                Walk walk = new Walk();
                walk.describe(source, value);
                return call(options, (asked, answer) -> walk.during(
                        () -> Library.CORE.asarray(source.address, asked, answer.out, answer.error)));
            }
            if (source.describe(value)) {
                boolean isShared = options.copy() != Copy.ALWAYS;
                return ofDescribed(source, isShared, value, options);
            }
            return ofHeap(source, value, options);
        });
    }

    private static Tensor ofDescribed(
            SourceBlock source, boolean isShared, Object value, Options options) {
        Buffer buffer = source.takeBuffer();
        Pins.Pin pin = null;
        if (buffer != null && isShared) {
            pin = Pins.hold(buffer, Buffers.bytes(buffer));
            source.give(pin);
        }
        try {
            return finish(source, options, pin);
        } catch (RuntimeException | Error failure) {
            if (pin != null) {
                Pins.letGo(pin);
            }
            throw failure;
        } finally {
            Reference.reachabilityFence(value);
        }
    }

    private static Tensor finish(SourceBlock source, Options options, Pins.Pin pin) {
        Tensor made = call(options, pin, (asked, answer) ->
                Library.CORE.asarray(source.address, asked, answer.out, answer.error));
        if (pin != null) {
            // A call that has copied needs it no more.
            Pins.letGoIfReleased(pin);
        }
        return made;
    }

    private static Tensor ofHeap(SourceBlock source, Object value, Options options) {
        Object copied = value instanceof ByteBuffer heap ? Buffers.copiedBytes(heap) : Buffers.copied(value);
        if (copied == null) {
            throw TarrayException.wrongKind(value);
        }
        if (options.copy() == Copy.NEVER) {
            String name = value.getClass().getTypeName();
            String message = "can't alias " + name + ", which the collector moves: use a direct buffer";
            throw new TarrayException(Status.CANNOT_ALIAS, message);
        }
        source.describe(copied);
        source.markMade(options.copy() == Copy.ALWAYS);
        return ofDescribed(source, true, copied, options);
    }

    private interface Call {
        int make(long options, Answer answer);
    }

    private static Tensor call(Options options, Call call) {
        return call(options, null, call);
    }

    private static Tensor call(Options options, Pins.Pin pin, Call call) {
        return REQUESTS.lend(request -> Answer.to(answer -> {
            request.clear(Layout.OPTIONS.size());
            options.write(request.bytes, 0);
            answer.check(call.make(request.address, answer));
            return new Tensor(answer.value(), pin);
        }));
    }

    /** {@link #fromDLPack(long, Options)} with all defaults. */
    public static Tensor fromDLPack(long managed) {
        return fromDLPack(managed, DEFAULTS);
    }

    /**
     * Takes over a {@code DLManagedTensorVersioned} by its address; if that fails, it is still the
     * caller's.
     */
    public static Tensor fromDLPack(long managed, Options options) {
        return call(options, (asked, answer) ->
                Library.CORE.fromDLPack(managed, asked, answer.out, answer.error));
    }

    /** As {@link #fromDLPack(long, Options)}, for a {@code DLManagedTensor}. */
    public static Tensor fromDLPackLegacy(long managed, Options options) {
        return call(options, (asked, answer) ->
                Library.CORE.fromDLPackLegacy(managed, asked, answer.out, answer.error));
    }

    /** Ends a loan of {@link Tensor#toDLPack} that no consumer has taken; 0 is none. */
    public static void deleteDLPack(long managed) {
        runDeleter(managed, DELETER);
    }

    /** Ends a loan of {@link Tensor#toDLPackLegacy} that no consumer has taken; 0 is none. */
    public static void deleteDLPackLegacy(long managed) {
        runDeleter(managed, DELETER_LEGACY);
    }

    private static void runDeleter(long managed, int offset) {
        if (managed == 0) {
            return;
        }
        long deleter = Library.CORE.at(managed + offset, Long.BYTES).getLong(0);
        if (deleter != 0) {
            Library.CORE.callDeleter(deleter, managed);
        }
    }

    /**
     * Makes a tensor of the result of an operation that Java has computed, and records how to
     * differentiate it. {@code backward} is forgotten after the last pass, or with the last tensor
     * that leads to it: one that keeps its own result alive makes a cycle that only a pass ends.
     *
     * @param name what its node is called, like ExpBackward0
     * @param inputs what it was computed from; none make a door, through which gradients leave
     * @param output whatever {@link #asarray(Object)} takes
     */
    public static Tensor record(
            String name, List<Tensor> inputs, Backward backward, Object output) {
        Objects.requireNonNull(backward, "backward");
        try (Tensor result = asarray(output)) {
            return Recorder.record(name, List.copyOf(inputs), backward, result);
        }
    }

    /**
     * Runs {@code body} while nothing is recorded on this thread. The setting is that of the
     * machine's thread: a virtual thread must not wait in there.
     */
    public static <T> T noGrad(Supplier<T> body) {
        int before = Library.CORE.setGradEnabled(0);
        try {
            return body.get();
        } finally {
            Library.CORE.setGradEnabled(before);
        }
    }

    /** Whether operations are recorded on this thread. */
    public static boolean isGradEnabled() {
        return Library.CORE.gradEnabled() != 0;
    }

    /** How many nodes of histories are alive in this process: zero when nothing leaks. */
    public static long liveNodes() {
        return Library.CORE.liveNodes();
    }

    /** The version of the library. */
    public static String version() {
        return Library.CORE.version();
    }

    /** How many tensors are alive in this process: zero when nothing leaks. */
    public static long liveTensors() {
        return Library.CORE.liveTensors();
    }

    /** How many of Java's buffers tensors share at the moment. */
    public static int pinned() {
        return Pins.held();
    }
}
