package io.github.tarray;

/**
 * How a tensor came about: what it was made from, whether it shares that memory, and why not, if it
 * was copied (else {@code null}).
 */
public record Provenance(String source, boolean aliased, String reason) {}
