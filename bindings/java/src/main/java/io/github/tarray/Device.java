package io.github.tarray;

/** Where memory is: the numbers of DLPack's DLDevice. */
public record Device(int type, int index) {
    public static final Device CPU = new Device(1, 0);

    /** A CUDA device; -1 is the current one. */
    public static Device cuda(int index) {
        return new Device(2, index);
    }

    @Override
    public String toString() {
        return switch (type) {
            case 1 -> "cpu";
            case 2 -> "cuda:" + index;
            default -> "device" + type + ":" + index;
        };
    }
}
