package io.github.tarray;

import java.nio.Buffer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.CharBuffer;
import java.nio.DoubleBuffer;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.nio.LongBuffer;
import java.nio.ShortBuffer;

/** Java's buffers and arrays as memory. */
final class Buffers {
    private Buffers() {}

    /** Bytes from a buffer's position to its limit. */
    static long bytes(Buffer buffer) {
        return (long) buffer.remaining() * elementSize(buffer);
    }

    /** The address of a direct buffer's position. */
    static long address(Buffer direct) {
        return Library.CORE.addressOf(direct) + (long) direct.position() * elementSize(direct);
    }

    private static int elementSize(Buffer buffer) {
        if (buffer instanceof ByteBuffer) {
            return Byte.BYTES;
        }
        if (buffer instanceof ShortBuffer || buffer instanceof CharBuffer) {
            return Short.BYTES;
        }
        boolean isFourBytes = buffer instanceof IntBuffer || buffer instanceof FloatBuffer;
        return isFourBytes ? Integer.BYTES : Long.BYTES;
    }

    /** A direct buffer of numbers as memory; null if {@code value} is none. */
    static Strided direct(Object value) {
        if (!(value instanceof Buffer buffer) || !buffer.isDirect()) {
            return null;
        }
        if (value instanceof ShortBuffer shorts) {
            return of(shorts, DType.INT16, shorts.order());
        }
        if (value instanceof IntBuffer ints) {
            return of(ints, DType.INT32, ints.order());
        }
        if (value instanceof LongBuffer longs) {
            return of(longs, DType.INT64, longs.order());
        }
        if (value instanceof FloatBuffer floats) {
            return of(floats, DType.FLOAT32, floats.order());
        }
        if (value instanceof DoubleBuffer doubles) {
            return of(doubles, DType.FLOAT64, doubles.order());
        }
        return null;
    }

    private static Strided of(Buffer buffer, DType dtype, ByteOrder order) {
        Strided memory = Strided.of(buffer, dtype, buffer.remaining());
        return order == ByteOrder.nativeOrder() ? memory : memory.byteSwapped();
    }

    /**
     * What lies in the heap, where the collector moves it, copied to memory that stays; null if
     * {@code value} is no array or buffer of numbers there.
     */
    static Strided copied(Object value) {
        if (value instanceof boolean[] array) {
            ByteBuffer bytes = room(array.length);
            for (int k = 0; k < array.length; k++) {
                bytes.put(k, (byte) (array[k] ? 1 : 0));
            }
            return Strided.of(bytes, DType.BOOL, array.length);
        }
        if (value instanceof byte[] array) {
            return Strided.of(room(array.length).put(0, array), DType.INT8, array.length);
        }
        if (value instanceof short[] array) {
            return copied(ShortBuffer.wrap(array));
        }
        if (value instanceof int[] array) {
            return copied(IntBuffer.wrap(array));
        }
        if (value instanceof long[] array) {
            return copied(LongBuffer.wrap(array));
        }
        if (value instanceof float[] array) {
            return copied(FloatBuffer.wrap(array));
        }
        if (value instanceof double[] array) {
            return copied(DoubleBuffer.wrap(array));
        }
        return value instanceof Buffer buffer && !buffer.isDirect() ? copied(buffer) : null;
    }

    private static Strided copied(Buffer heap) {
        long bytes = bytes(heap);
        if (bytes > Integer.MAX_VALUE) {
            String message = bytes + " bytes of the heap: use a direct buffer";
            throw new TarrayException(Status.OUT_OF_MEMORY, message);
        }
        ByteBuffer to = room((int) bytes);
        if (heap instanceof ShortBuffer shorts) {
            return direct(to.asShortBuffer().put(shorts.duplicate()).flip());
        }
        if (heap instanceof IntBuffer ints) {
            return direct(to.asIntBuffer().put(ints.duplicate()).flip());
        }
        if (heap instanceof LongBuffer longs) {
            return direct(to.asLongBuffer().put(longs.duplicate()).flip());
        }
        if (heap instanceof FloatBuffer floats) {
            return direct(to.asFloatBuffer().put(floats.duplicate()).flip());
        }
        if (heap instanceof DoubleBuffer doubles) {
            return direct(to.asDoubleBuffer().put(doubles.duplicate()).flip());
        }
        return null;
    }

    /** The bytes of a buffer that lies in the heap, copied to memory that stays. */
    static ByteBuffer copiedBytes(ByteBuffer heap) {
        return room(heap.remaining()).put(heap.duplicate()).flip();
    }

    private static ByteBuffer room(int bytes) {
        return ByteBuffer.allocateDirect(bytes).order(ByteOrder.nativeOrder());
    }
}
