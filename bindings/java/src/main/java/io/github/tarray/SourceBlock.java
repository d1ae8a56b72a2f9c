package io.github.tarray;

import java.nio.Buffer;
import java.nio.ByteBuffer;

/** A {@code ta_source}: what a value of Java says it is. Room for the shape and the strides, too. */
final class SourceBlock extends Block {
    private static final int TENSOR = 1;
    private static final int MEMORY = 2;
    private static final int BUFFER = 6;
    private static final int SCALAR = 7;
    private static final int SEQUENCE = 8;

    private static final int MAX_NDIM = 64;
    private static final int KIND = Layout.SOURCE.at("kind");
    private static final int VALUE = Layout.SOURCE.at("value");
    private static final int MADE = Layout.SOURCE.at("made");
    private static final int REQUESTED = 1;
    private static final int PRODUCER = 9;
    private static final int SHAPE = Layout.SOURCE.size();
    private static final int STRIDES = SHAPE + MAX_NDIM * Long.BYTES;

    private static final Layout M = Layout.MEMORY;
    private static final int DATA = VALUE + M.at("data");
    private static final int SHAPE_AT = VALUE + M.at("shape");
    private static final int STRIDES_AT = VALUE + M.at("strides_bytes");
    private static final int DTYPE = VALUE + M.at("dtype");
    private static final int NDIM = VALUE + M.at("ndim");
    private static final int FLAGS = VALUE + M.at("flags");
    private static final int OFFSET = VALUE + M.at("byte_offset");
    private static final int OWNER = VALUE + M.at("owner");

    private static final Layout B = Layout.BUFFER;
    private static final int BYTES = VALUE + B.at("data");
    private static final int BYTES_SIZE = VALUE + B.at("size_bytes");
    private static final int BYTES_FLAGS = VALUE + B.at("flags");
    private static final int BYTES_OWNER = VALUE + B.at("owner");

    private static final int VTABLE = VALUE + Layout.SEQUENCE.at("vtable");
    private static final int USER_DATA = VALUE + Layout.SEQUENCE.at("user_data");

    private static final long READ_ONLY = 1;
    private static final long BYTE_SWAPPED = 2;

    static final Pool<SourceBlock> POOL = new Pool<>(SourceBlock::new);

    /** The buffer whose memory is described, or null. */
    private Buffer buffer;

    private int ownerAt;

    SourceBlock() {
        super(STRIDES + MAX_NDIM * Long.BYTES);
    }

    /** The buffer whose memory was described last, which is given to whoever holds it. */
    Buffer takeBuffer() {
        Buffer taken = buffer;
        buffer = null;
        return taken;
    }

    /** Says of the memory described that it was copied for this call: it need not be again. */
    void markMade(boolean isRequested) {
        bytes.putInt(MADE, isRequested ? REQUESTED : PRODUCER);
    }

    /** Gives the library a share in the memory. */
    void give(Pins.Pin pin) {
        bytes.putLong(ownerAt, pin.owner());
        bytes.putLong(ownerAt + Long.BYTES, Library.CORE.markReleased());
    }

    /** Describes a value that is no list; false if it is none that can be. */
    boolean describe(Object value) {
        clear(Layout.SOURCE.size());
        bytes.putLong(0, Layout.SOURCE.size());
        buffer = null;
        if (Scalars.write(bytes, VALUE, value)) {
            bytes.putInt(KIND, SCALAR);
        } else if (value instanceof Tensor tensor) {
            bytes.putInt(KIND, TENSOR).putLong(VALUE, tensor.handle());
        } else if (value instanceof Strided strided) {
            describe(strided);
        } else if (value instanceof ByteBuffer direct && direct.isDirect()) {
            describe(direct);
        } else {
            Strided memory = Buffers.direct(value);
            if (memory == null) {
                return false;
            }
            describe(memory);
        }
        return true;
    }

    void describeList(long vtable, long depth) {
        clear(Layout.SOURCE.size());
        bytes.putLong(0, Layout.SOURCE.size());
        describeList(address, vtable, depth);
    }

    /** Describes a list in a {@code ta_source} that is zero but for its size. */
    static void describeList(long source, long vtable, long depth) {
        Library.CORE.putInt(source + KIND, SEQUENCE);
        Library.CORE.putLong(source + VTABLE, vtable);
        Library.CORE.putLong(source + USER_DATA, depth);
    }

    private void describe(Strided memory) {
        if (memory.shape.length > MAX_NDIM) {
            String message = memory.shape.length + " axes: at most " + MAX_NDIM;
            throw new TarrayException(Status.LAYOUT, message);
        }
        memory.mustStayInside();
        long flags = memory.isReadOnly ? READ_ONLY : 0;
        bytes.putInt(KIND, MEMORY).putLong(DATA, Buffers.address(memory.buffer));
        bytes.putLong(SHAPE_AT, list(SHAPE, memory.shape)).putInt(NDIM, memory.shape.length);
        if (memory.stridesBytes != null) {
            bytes.putLong(STRIDES_AT, list(STRIDES, memory.stridesBytes));
        }
        memory.dtype.write(bytes, DTYPE);
        bytes.putLong(FLAGS, flags | (memory.isByteSwapped ? BYTE_SWAPPED : 0));
        bytes.putLong(OFFSET, memory.offsetBytes);
        buffer = memory.buffer;
        ownerAt = OWNER;
    }

    private void describe(ByteBuffer direct) {
        bytes.putInt(KIND, BUFFER).putLong(BYTES, Buffers.address(direct));
        bytes.putLong(BYTES_SIZE, direct.remaining());
        bytes.putLong(BYTES_FLAGS, direct.isReadOnly() ? READ_ONLY : 0);
        buffer = direct;
        ownerAt = BYTES_OWNER;
    }
}
