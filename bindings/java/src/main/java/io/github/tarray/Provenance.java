package io.github.tarray;

/**
 * How a tensor came about: what it was made from, whether it shares that memory, why not, if it was
 * copied (else {@code null}), and whether the copy went through the host although neither side is
 * there.
 */
public record Provenance(String source, boolean aliased, String reason, boolean staged) {}
