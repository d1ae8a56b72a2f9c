package io.github.tarray;

/** What a call failed with. */
public final class TarrayException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final int status;

    TarrayException(int status, String message) {
        super(message);
        this.status = status;
    }

    /** One of {@link Status}. */
    public int status() {
        return status;
    }

    /** The name of the status, like {@code TA_ERR_DTYPE}. */
    public String code() {
        return Library.CORE.statusName(status);
    }

    static TarrayException wrongKind(Object value) {
        String name = value == null ? "null" : value.getClass().getTypeName();
        return new TarrayException(Status.KIND, "can't make a tensor of " + name);
    }
}
