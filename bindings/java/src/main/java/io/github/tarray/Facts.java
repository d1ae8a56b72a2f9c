package io.github.tarray;

import java.nio.ByteBuffer;

/** What never changes of a tensor: {@code ta_describe}. */
record Facts(
        long data, long[] shape, long[] strides, long numel, long nbytes, long flags, DType dtype,
        Device device, Provenance provenance) {
    static final long READ_ONLY = 1;
    static final long CONTIGUOUS = 2;
    static final long LEAF = 32;

    private static final Layout AT = Layout.INFO;
    private static final int PROVENANCE = AT.at("provenance");
    private static final int ALIASED = PROVENANCE + Layout.PROVENANCE.at("aliased");
    private static final int REASON = PROVENANCE + Layout.PROVENANCE.at("reason");
    private static final int STAGED = PROVENANCE + Layout.PROVENANCE.at("staged");
    private static final int DATA = AT.at("data");
    private static final int SHAPE = AT.at("shape");
    private static final int STRIDES = AT.at("strides");
    private static final int NUMEL = AT.at("numel");
    private static final int NBYTES = AT.at("nbytes");
    private static final int FLAGS = AT.at("flags");
    private static final int DTYPE = AT.at("dtype");
    private static final int NDIM = AT.at("ndim");
    private static final int DEVICE = AT.at("device");

    private static final Pool<Block> BLOCKS = new Pool<>(() -> {
        Block block = new Block(AT.size());
        block.bytes.putLong(0, AT.size());
        return block;
    });

    boolean has(long flag) {
        return (flags & flag) != 0;
    }

    static Facts of(long handle) {
        return BLOCKS.lend(block -> Answer.to(answer -> {
            answer.check(Library.CORE.describe(handle, block.address, answer.error));
            return read(block.bytes);
        }));
    }

    private static Facts read(ByteBuffer info) {
        int ndim = info.getInt(NDIM);
        return new Facts(
                info.getLong(DATA),
                integers(info.getLong(SHAPE), ndim),
                integers(info.getLong(STRIDES), ndim),
                info.getLong(NUMEL),
                info.getLong(NBYTES),
                info.getLong(FLAGS),
                DType.read(info, DTYPE),
                new Device(info.getInt(DEVICE), info.getInt(DEVICE + 4)),
                provenance(info));
    }

    private static long[] integers(long address, int count) {
        long[] numbers = new long[count];
        if (count > 0) {
            Library.CORE.at(address, count * Long.BYTES).asLongBuffer().get(numbers);
        }
        return numbers;
    }

    private static Provenance provenance(ByteBuffer info) {
        String reason = Library.CORE.reasonName(info.getInt(REASON));
        return new Provenance(
                Library.CORE.originName(info.getInt(PROVENANCE)),
                info.getInt(ALIASED) != 0,
                reason.isEmpty() ? null : reason,
                info.getInt(STAGED) != 0);
    }
}
