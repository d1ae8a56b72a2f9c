package io.github.tarray;

/** A complex number. */
public record Complex(double re, double im) {}
