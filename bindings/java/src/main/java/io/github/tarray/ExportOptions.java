package io.github.tarray;

import java.nio.ByteBuffer;

/** How a tensor is lent as DLPack. As it is made: as it is, in the newest version. */
public final class ExportOptions {
    private static final Layout AT = Layout.EXPORT_OPTIONS;
    private static final int MAX_MAJOR = AT.at("max_major");
    private static final int MAX_MINOR = AT.at("max_minor");
    private static final int COPY = AT.at("copy");
    private static final int FLAGS = AT.at("flags");
    private static final long READ_ONLY = 1;

    private int major;
    private int minor;
    private Copy copy = Copy.IF_NEEDED;
    private long flags;

    /** The newest DLPack that the consumer knows. */
    public ExportOptions maxVersion(int major, int minor) {
        if (major < 0 || minor < 0) {
            String message = "maxVersion: " + major + "." + minor + " is no version";
            throw new TarrayException(Status.INVALID_ARGUMENT, message);
        }
        this.major = major;
        this.minor = minor;
        return this;
    }

    public ExportOptions copy(Copy copy) {
        this.copy = copy;
        return this;
    }

    /** Lend it read-only. */
    public ExportOptions readOnly() {
        flags |= READ_ONLY;
        return this;
    }

    void write(ByteBuffer to, int at) {
        to.putLong(at, AT.size()).putInt(at + MAX_MAJOR, major).putInt(at + MAX_MINOR, minor);
        to.putInt(at + COPY, copy.ordinal()).putLong(at + FLAGS, flags);
    }
}
