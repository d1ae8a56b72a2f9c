package io.github.tarray;

/** Whether the result requires a gradient. The numbers are those of tarray.h. */
public enum Grad {
    NO,
    YES,
    /** As the source has it. */
    AS_SOURCE
}
