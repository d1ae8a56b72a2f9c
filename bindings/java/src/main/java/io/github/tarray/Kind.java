package io.github.tarray;

/** The kinds of sources that Java has, for {@link Options#accept}. */
public enum Kind {
    TENSOR(2),
    MEMORY(4),
    DLPACK(16),
    BUFFER(64),
    SCALAR(256),
    SEQUENCE(512);

    final long bit;

    Kind(long bit) {
        this.bit = bit;
    }
}
