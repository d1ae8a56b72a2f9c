package io.github.tarray;

import java.nio.Buffer;
import java.util.Arrays;

/**
 * The memory of a direct buffer, from its position to its limit, seen with axes. What it reaches
 * must lie there. Without strides it is in C order.
 */
public final class Strided {
    final Buffer buffer;
    final DType dtype;
    final long[] shape;
    final long[] stridesBytes;
    final long offsetBytes;
    final boolean isReadOnly;
    final boolean isByteSwapped;

    private Strided(
            Buffer buffer, DType dtype, long[] shape, long[] stridesBytes, long offsetBytes,
            boolean isReadOnly, boolean isByteSwapped) {
        this.buffer = buffer;
        this.dtype = dtype;
        this.shape = shape;
        this.stridesBytes = stridesBytes;
        this.offsetBytes = offsetBytes;
        this.isReadOnly = isReadOnly;
        this.isByteSwapped = isByteSwapped;
    }

    /** Memory in C order, read-only if the buffer is. */
    public static Strided of(Buffer direct, DType dtype, long... shape) {
        if (!direct.isDirect()) {
            String name = direct.getClass().getTypeName();
            throw new TarrayException(Status.KIND, name + " is not direct: it may move");
        }
        return new Strided(direct, dtype, shape.clone(), null, 0, direct.isReadOnly(), false);
    }

    /** With strides between neighbours on each axis, of either sign. */
    public Strided stridesBytes(long... strides) {
        if (strides.length != shape.length) {
            String message = strides.length + " strides for " + shape.length + " axes";
            throw new TarrayException(Status.INVALID_ARGUMENT, message);
        }
        return new Strided(
                buffer, dtype, shape, strides.clone(), offsetBytes, isReadOnly, isByteSwapped);
    }

    /** With element (0, …, 0) behind the buffer's position. */
    public Strided offsetBytes(long offset) {
        return new Strided(buffer, dtype, shape, stridesBytes, offset, isReadOnly, isByteSwapped);
    }

    /** Marked read-only. */
    public Strided readOnly() {
        return new Strided(buffer, dtype, shape, stridesBytes, offsetBytes, true, isByteSwapped);
    }

    /** In the byte order of another kind of machine. */
    public Strided byteSwapped() {
        return new Strided(buffer, dtype, shape, stridesBytes, offsetBytes, isReadOnly, true);
    }

    /** The library trusts a description. What no memory can have it refuses itself. */
    void mustStayInside() {
        if (Arrays.stream(shape).anyMatch(extent -> extent <= 0)) {
            return;
        }
        long bytes = Buffers.bytes(buffer);
        try {
            long low = offsetBytes;
            long high = Math.addExact(offsetBytes, dtype.bytes());
            long step = dtype.bytes();
            for (int axis = shape.length - 1; axis >= 0; axis--) {
                long stride = stridesBytes == null ? step : stridesBytes[axis];
                long reach = Math.multiplyExact(stride, shape[axis] - 1);
                low = Math.addExact(low, Math.min(reach, 0));
                high = Math.addExact(high, Math.max(reach, 0));
                step = stridesBytes == null ? Math.multiplyExact(step, shape[axis]) : 0;
            }
            if (low < 0 || high > bytes) {
                throw outside("bytes " + low + " to " + high, bytes);
            }
        } catch (ArithmeticException overflow) {
            throw outside("shape " + Arrays.toString(shape), bytes);
        }
    }

    private static TarrayException outside(String what, long bytes) {
        return new TarrayException(Status.OUT_OF_BOUNDS, what + " of a buffer of " + bytes);
    }
}
