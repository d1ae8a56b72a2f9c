package io.github.tarray;

import java.nio.ByteBuffer;

/** What one element is: the numbers of DLPack's DLDataType. */
public record DType(int code, int bits, int lanes) {
    public static final DType BOOL = of(6, 8);
    public static final DType INT8 = of(0, 8);
    public static final DType INT16 = of(0, 16);
    public static final DType INT32 = of(0, 32);
    public static final DType INT64 = of(0, 64);
    public static final DType UINT8 = of(1, 8);
    public static final DType UINT16 = of(1, 16);
    public static final DType UINT32 = of(1, 32);
    public static final DType UINT64 = of(1, 64);
    public static final DType FLOAT16 = of(2, 16);
    public static final DType FLOAT32 = of(2, 32);
    public static final DType FLOAT64 = of(2, 64);
    public static final DType BFLOAT16 = of(4, 16);
    public static final DType COMPLEX32 = of(5, 32);
    public static final DType COMPLEX64 = of(5, 64);
    public static final DType COMPLEX128 = of(5, 128);
    public static final DType FLOAT8_E3M4 = of(7, 8);
    public static final DType FLOAT8_E4M3 = of(8, 8);
    public static final DType FLOAT8_E4M3B11FNUZ = of(9, 8);
    public static final DType FLOAT8_E4M3FN = of(10, 8);
    public static final DType FLOAT8_E4M3FNUZ = of(11, 8);
    public static final DType FLOAT8_E5M2 = of(12, 8);
    public static final DType FLOAT8_E5M2FNUZ = of(13, 8);
    public static final DType FLOAT8_E8M0FNU = of(14, 8);
    public static final DType FLOAT6_E2M3FN = of(15, 6);
    public static final DType FLOAT6_E3M2FN = of(16, 6);
    public static final DType FLOAT4_E2M1FN = of(17, 4);

    /** A dtype of one lane. */
    public static DType of(int code, int bits) {
        return new DType(code, bits, 1);
    }

    /** The library's name for it, like {@code float32}. */
    @Override
    public String toString() {
        return Library.CORE.dtypeName(code, bits, lanes);
    }

    /** How many bytes an element takes; one that is packed, a whole one. */
    int bytes() {
        return (bits * Math.max(lanes, 1) + 7) / 8;
    }

    void write(ByteBuffer to, int at) {
        to.put(at, (byte) code).put(at + 1, (byte) bits).putShort(at + 2, (short) lanes);
    }

    static DType read(ByteBuffer from, int at) {
        int lanes = Short.toUnsignedInt(from.getShort(at + 2));
        return new DType(
                Byte.toUnsignedInt(from.get(at)), Byte.toUnsignedInt(from.get(at + 1)), lanes);
    }
}
