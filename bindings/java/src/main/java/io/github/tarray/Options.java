package io.github.tarray;

import java.nio.ByteBuffer;

/** What the result of a call must be. As it is made: like the source, sharing where possible. */
public final class Options {
    private static final Layout AT = Layout.OPTIONS;
    private static final int SIZE = AT.at("struct_size");
    private static final int DTYPE = AT.at("dtype");
    private static final int DEFAULT_DTYPE = AT.at("default_dtype");
    private static final int DEVICE = AT.at("device");
    private static final int COPY = AT.at("copy");
    private static final int GRAD = AT.at("requires_grad");
    private static final int FLAGS = AT.at("flags");
    private static final int ACCEPT = AT.at("accept");
    private static final long WANT_WRITABLE = 1;
    private static final long WANT_CONTIGUOUS = 2;
    private static final long MARK_READ_ONLY = 4;

    private DType dtype;
    private DType defaultDType;
    private Device device;
    private Copy copy = Copy.IF_NEEDED;
    private Grad requiresGrad = Grad.NO;
    private long flags;
    private long accept;

    /** The result's dtype; else the source's, or what its values need. */
    public Options dtype(DType dtype) {
        this.dtype = dtype;
        return this;
    }

    /** What real numbers become without a dtype, and buffers; else float32. */
    public Options defaultDType(DType dtype) {
        this.defaultDType = dtype;
        return this;
    }

    /** Where the result must be. */
    public Options device(Device device) {
        this.device = device;
        return this;
    }

    public Options copy(Copy copy) {
        this.copy = copy;
        return this;
    }

    public Options requiresGrad(Grad requiresGrad) {
        this.requiresGrad = requiresGrad;
        return this;
    }

    /** Read-only memory is copied, or refused. */
    public Options writable() {
        flags |= WANT_WRITABLE;
        return this;
    }

    /** What is not in C order is copied, or refused. */
    public Options contiguous() {
        flags |= WANT_CONTIGUOUS;
        return this;
    }

    /** The result is marked read-only. */
    public Options readOnly() {
        flags |= MARK_READ_ONLY;
        return this;
    }

    /** These kinds of sources only, at any level of a list. */
    public Options accept(Kind first, Kind... others) {
        accept |= first.bit;
        for (Kind kind : others) {
            accept |= kind.bit;
        }
        return this;
    }

    Copy copy() {
        return copy;
    }

    void write(ByteBuffer to, int at) {
        to.putLong(at + SIZE, AT.size());
        if (dtype != null) {
            dtype.write(to, at + DTYPE);
        }
        if (defaultDType != null) {
            defaultDType.write(to, at + DEFAULT_DTYPE);
        }
        if (device != null) {
            to.putInt(at + DEVICE, device.type()).putInt(at + DEVICE + 4, device.index());
        }
        to.putInt(at + COPY, copy.ordinal()).putInt(at + GRAD, requiresGrad.ordinal());
        to.putLong(at + FLAGS, flags).putLong(at + ACCEPT, accept);
    }
}
