package io.github.tarray;

/** Whether memory is shared. The numbers are those of tarray.h. */
public enum Copy {
    /** Share it if possible, else copy. */
    IF_NEEDED,
    /** Always copy. */
    ALWAYS,
    /** Share it, or fail with {@link Status#CANNOT_ALIAS}. */
    NEVER
}
