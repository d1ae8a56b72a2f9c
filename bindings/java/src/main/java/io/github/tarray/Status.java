package io.github.tarray;

/** The statuses of the library. New ones may appear: treat one that you do not know as failure. */
public final class Status {
    public static final int OK = 0;
    public static final int NULL_ARGUMENT = 1;
    public static final int INVALID_ARGUMENT = 2;
    public static final int LAYOUT = 3;
    public static final int DTYPE = 4;
    public static final int OUT_OF_BOUNDS = 5;
    public static final int OVERFLOW = 6;
    public static final int RAGGED = 7;
    public static final int KIND = 8;
    public static final int NOT_WRITABLE = 9;
    public static final int CALLBACK = 10;
    public static final int GRAD = 11;
    public static final int CANNOT_ALIAS = 100;
    public static final int UNSUPPORTED = 101;
    public static final int DEVICE = 102;
    public static final int EXPORT = 103;
    public static final int OUT_OF_MEMORY = 200;
    public static final int INTERNAL = 900;

    private Status() {}
}
