package io.github.tarray;

/** The one library of this process. */
final class Library {
    static final Core CORE = new JnaCore();

    private Library() {}
}
