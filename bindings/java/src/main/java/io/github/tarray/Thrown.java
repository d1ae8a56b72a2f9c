package io.github.tarray;

import java.util.function.IntSupplier;

/** What callbacks throw inside a call: nothing may be thrown into C, so it is thrown when the call is over. */
final class Thrown {
    private Throwable last;

    /** Keeps what a callback has caught. */
    void keep(Throwable thrown) {
        last = thrown;
    }

    /** Makes a call; where it fails because of a callback, the very throwable comes out. */
    int during(IntSupplier call) {
        int status = call.getAsInt();
        if (status != Status.OK && last != null) {
            throw Thrown.<RuntimeException>unchecked(last);
        }
        return status;
    }

    /** Java lets a checked exception pass undeclared by its generics alone: a callback may throw one, too. */
    @SuppressWarnings("unchecked")
    private static <E extends Throwable> E unchecked(Throwable thrown) throws E {
        throw (E) thrown;
    }
}
