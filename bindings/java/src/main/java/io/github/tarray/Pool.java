package io.github.tarray;

import java.util.ArrayDeque;
import java.util.function.Function;
import java.util.function.Supplier;

/** Objects that are made once per thread and lent: calls nest, where a list calls back. */
final class Pool<T> {
    private final Supplier<T> make;
    private final ThreadLocal<ArrayDeque<T>> free = ThreadLocal.withInitial(ArrayDeque::new);

    Pool(Supplier<T> make) {
        this.make = make;
    }

    /** Runs {@code use} with an object that nobody else has meanwhile. */
    <R> R lend(Function<T, R> use) {
        ArrayDeque<T> mine = free.get();
        T lent = mine.isEmpty() ? make.get() : mine.pop();
        try {
            return use.apply(lent);
        } finally {
            mine.push(lent);
        }
    }
}
