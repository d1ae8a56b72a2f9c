package io.github.tarray;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.Buffer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Direct buffers, held for as long as a tensor shares their memory.
 *
 * <p>The last share of a tensor may go on any thread, also on one that the virtual machine does not
 * know, and when it has ended. So the {@code release} that the library gets is its own
 * ta_mark_released, which sets a flag, and each pin has a flag of its own. Here they are looked at
 * now and then, and buffers whose flag is set are let go.
 */
final class Pins {
    private static final int FLAGS_AT_ONCE = 1024;
    private static final long LEAST_PINS = 64;
    private static final long LEAST_BYTES = 1 << 20;
    private static final VarHandle FLAG =
            MethodHandles.byteBufferViewVarHandle(int[].class, ByteOrder.nativeOrder());

    /** Flags are never freed: a tensor on another thread may set them late. */
    private static final List<ByteBuffer> FLAGS = new ArrayList<>();

    private static final ArrayDeque<Flag> UNUSED = new ArrayDeque<>();
    private static final Set<Pin> HELD = new HashSet<>();
    private static long bytesHeld;
    private static long pinsUntilSweep = LEAST_PINS;
    private static long bytesUntilSweep = LEAST_BYTES;

    private Pins() {}

    private record Flag(ByteBuffer bytes, int at, long address) {}

    /** A buffer that is held. */
    static final class Pin {
        private final Flag flag = takeFlag();
        private Buffer buffer;
        private final long bytes;

        private Pin(Buffer buffer, long bytes) {
            this.buffer = buffer;
            this.bytes = bytes;
        }

        /** What the library is told. */
        long owner() {
            return flag.address;
        }
    }

    private static Flag takeFlag() {
        if (UNUSED.isEmpty()) {
            ByteBuffer flags = ByteBuffer.allocateDirect(Integer.BYTES * FLAGS_AT_ONCE);
            long address = Library.CORE.addressOf(flags);
            FLAGS.add(flags);
            for (int at = 0; at < flags.capacity(); at += Integer.BYTES) {
                UNUSED.push(new Flag(flags, at, address + at));
            }
        }
        return UNUSED.pop();
    }

    /** Holds a buffer until the library sets the flag or {@link #letGo} gives it back. */
    static synchronized Pin hold(Buffer buffer, long bytes) {
        if (HELD.size() >= pinsUntilSweep || bytesHeld >= bytesUntilSweep) {
            sweep();
        }
        Pin pin = new Pin(buffer, bytes);
        HELD.add(pin);
        bytesHeld += bytes;
        return pin;
    }

    /** Lets go what is no longer shared; what is left may double before the next look. */
    private static void sweep() {
        List.copyOf(HELD).forEach(Pins::letGoIfReleased);
        pinsUntilSweep = Math.max(LEAST_PINS, 2L * HELD.size());
        bytesUntilSweep = Math.max(LEAST_BYTES, 2 * bytesHeld);
    }

    /** Lets a buffer go if the library needs it no more. */
    static synchronized void letGoIfReleased(Pin pin) {
        if ((int) FLAG.getAcquire(pin.flag.bytes, pin.flag.at) == 1) {
            letGo(pin);
        }
    }

    /** Lets a buffer go: the library has never taken it, or needs it no more. */
    static synchronized void letGo(Pin pin) {
        if (HELD.remove(pin)) {
            bytesHeld -= pin.bytes;
            pin.buffer = null;
            FLAG.setRelease(pin.flag.bytes, pin.flag.at, 0);
            UNUSED.push(pin.flag);
        }
    }

    /** How many buffers are held at the moment. */
    static synchronized int held() {
        sweep();
        return HELD.size();
    }
}
