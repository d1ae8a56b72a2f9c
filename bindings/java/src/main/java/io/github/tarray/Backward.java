package io.github.tarray;

import java.util.List;

/** How an operation of Java's is differentiated. */
@FunctionalInterface
public interface Backward {
    /**
     * The gradients of the inputs of that of the result. Those that are not needed may be null, and
     * null stands for zero. They are closed afterwards, and so is {@code grad}: keep what you need
     * by {@link Tensor#detach}. It may run on any thread, and on several at once.
     */
    List<Tensor> backward(Tensor grad, boolean[] needed);
}
