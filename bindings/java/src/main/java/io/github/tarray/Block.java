package io.github.tarray;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Memory that does not move, for what the library reads and writes during a call. */
class Block {
    final ByteBuffer bytes;
    final long address;
    private final byte[] zeros;

    Block(int size) {
        bytes = ByteBuffer.allocateDirect(size).order(ByteOrder.nativeOrder());
        address = Library.CORE.addressOf(bytes);
        zeros = new byte[size];
    }

    void clear(int size) {
        bytes.put(0, zeros, 0, size);
    }

    /** Writes a list of integers; returns where it is. */
    long list(int at, long[] numbers) {
        for (int axis = 0; axis < numbers.length; axis++) {
            bytes.putLong(at + Long.BYTES * axis, numbers[axis]);
        }
        return address + at;
    }
}
