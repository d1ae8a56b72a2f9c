package io.github.tarray;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.stream.IntStream;

/** What a call costs: nanoseconds, the best of several rounds. */
final class Calls {
    private static final int CALLS = 20_000;
    private static final int ROUNDS = 15;

    private Calls() {}

    public static void main(String[] arguments) {
        FloatBuffer buffer =
                ByteBuffer.allocateDirect(64).order(ByteOrder.nativeOrder()).asFloatBuffer();
        List<Double> list = IntStream.range(0, 1000).mapToObj(k -> (double) k).toList();
        try (Tensor tensor = Tarray.asarray(buffer)) {
            measure("the cheapest call", Tarray::liveTensors);
            measure("asarray of a buffer, and close", () -> Tarray.asarray(buffer).close());
            measure("asarray of a tensor, and close", () -> Tarray.asarray(tensor).close());
            measure("DLPack out and back, and close",
                    () -> Tarray.fromDLPack(tensor.toDLPack()).close());
            measure("one element", () -> tensor.item(3));
            measure("a list of 1000 numbers, and close", () -> Tarray.asarray(list).close());
        }
    }

    private static void measure(String name, Runnable call) {
        long best = Long.MAX_VALUE;
        for (int round = 0; round < ROUNDS; round++) {
            long begin = System.nanoTime();
            for (int k = 0; k < CALLS; k++) {
                call.run();
            }
            best = Math.min(best, System.nanoTime() - begin);
        }
        System.out.printf("java\t%s\t%d ns%n", name, best / CALLS);
    }
}
