package io.github.tarray;

import java.math.BigInteger;
import java.nio.ByteBuffer;

/** Numbers of Java as {@code ta_scalar} and back. They have no dtype yet: only their kind counts. */
final class Scalars {
    private static final int BOOL = 1;
    private static final int INT = 2;
    private static final int UINT = 3;
    private static final int FLOAT = 4;
    private static final int COMPLEX = 5;
    private static final int VALUE = Layout.SCALAR.at("value");

    private Scalars() {}

    /** Writes a number; false if {@code value} is none. */
    static boolean write(ByteBuffer to, int at, Object value) {
        if (value instanceof Boolean truth) {
            to.putInt(at, BOOL).putLong(at + VALUE, truth ? 1 : 0);
        } else if (value instanceof Double || value instanceof Float) {
            to.putInt(at, FLOAT).putDouble(at + VALUE, ((Number) value).doubleValue());
        } else if (value instanceof Integer
                || value instanceof Long
                || value instanceof Short
                || value instanceof Byte) {
            to.putInt(at, INT).putLong(at + VALUE, ((Number) value).longValue());
        } else if (value instanceof Complex complex) {
            to.putInt(at, COMPLEX).putDouble(at + VALUE, complex.re());
            to.putDouble(at + VALUE + Double.BYTES, complex.im());
        } else if (value instanceof BigInteger integer) {
            if (integer.bitLength() > 64 || (integer.signum() < 0 && integer.bitLength() > 63)) {
                String message = integer + " does not fit into 64 bits";
                throw new TarrayException(Status.OVERFLOW, message);
            }
            to.putInt(at, integer.bitLength() < 64 ? INT : UINT);
            to.putLong(at + VALUE, integer.longValue());
        } else {
            return false;
        }
        return true;
    }

    /** A Boolean, Long, Double or Complex, or a BigInteger beyond them. */
    static Object read(ByteBuffer from, int at) {
        long bits = from.getLong(at + VALUE);
        double real = from.getDouble(at + VALUE);
        return switch (from.getInt(at)) {
            case BOOL -> bits != 0;
            case INT -> bits;
            case UINT -> new BigInteger(Long.toUnsignedString(bits));
            case FLOAT -> real;
            default -> new Complex(real, from.getDouble(at + VALUE + Double.BYTES));
        };
    }
}
