package io.github.tarray;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.StringJoiner;
import java.util.function.Supplier;

/** What calls cost: rows for {@code cargo xtask bench runtimes}, a line of JSON each. */
final class Bench {
    /** For the virtual machine's compilers: calls are counted and measured after that. */
    private static long warmNanos = 1_000_000_000;

    private static long turnNanos = 10_000_000;
    private static int turns = 9;

    /** What calls make is kept here: else the compiler need not make it. */
    private static Object kept;

    private Bench() {}

    public static void main(String[] arguments) {
        if (arguments.length > 0 && arguments[0].equals("--quick")) {
            warmNanos = 10_000_000;
            turnNanos = 1_000_000;
            turns = 3;
        }
        ByteBuffer buffer = direct(48);
        Strided array = Strided.of(buffer, DType.FLOAT32, 3, 4);
        List<List<Double>> list = List.of(List.of(1.0, 2.0, 3.0), List.of(4.0, 5.0, 6.0));
        try (Tensor tensor = Tarray.asarray(array)) {
            row("a bare call", Map.of("tarray", Library.CORE::gradEnabled));
            row("asarray of its array of 3 × 4, and release", Map.of(
                    "tarray", () -> closed(Tarray.asarray(array)),
                    "its own", () -> direct(48).put(0, buffer, 0, 48)));
            row("asarray of a number, and release",
                    Map.of("tarray", () -> closed(Tarray.asarray(0.5))));
            row("asarray of a list of 2 × 3, and release", Map.of(
                    "tarray", () -> closed(Tarray.asarray(list)),
                    "its own", () -> flat(list)));
            row("an element", Map.of(
                    "tarray", () -> tensor.item(1, 2), "its own", () -> buffer.getFloat(24)));
            row("DLPack out and in, and release",
                    Map.of("tarray", () -> closed(Tarray.fromDLPack(tensor.toDLPack()))));
        }
    }

    private static ByteBuffer direct(int bytes) {
        return ByteBuffer.allocateDirect(bytes).order(ByteOrder.nativeOrder());
    }

    private static Tensor closed(Tensor tensor) {
        tensor.close();
        return tensor;
    }

    private static double[] flat(List<List<Double>> list) {
        return list.stream().flatMap(List::stream).mapToDouble(Double::doubleValue).toArray();
    }

    private static long nanos(Supplier<Object> call, int count) {
        long begin = System.nanoTime();
        for (int k = 0; k < count; k++) {
            kept = call.get();
        }
        return System.nanoTime() - begin;
    }

    private static void row(String name, Map<String, Supplier<Object>> calls) {
        Map<String, Integer> counts = new LinkedHashMap<>();
        Map<String, double[]> seconds = new LinkedHashMap<>();
        calls.forEach((who, call) -> {
            long warmSince = System.nanoTime();
            while (System.nanoTime() - warmSince < warmNanos) {
                nanos(call, 1);
            }
            int count = 1;
            while (nanos(call, count) < turnNanos) {
                count *= 2;
            }
            counts.put(who, count);
            seconds.put(who, new double[turns]);
        });
        for (int turn = 0; turn < turns; turn++) {
            for (String who : counts.keySet()) {
                int count = counts.get(who);
                seconds.get(who)[turn] = nanos(calls.get(who), count) / 1e9 / count;
            }
        }
        StringJoiner figures = new StringJoiner(", ");
        seconds.forEach((who, times) -> {
            Arrays.sort(times);
            figures.add(String.format(
                    Locale.ROOT, "\"%s\": [%.4e, %.4e]", who, times[0], times[turns / 2]));
        });
        System.out.printf("{\"row\": \"Java %s: %s\", \"seconds\": {%s}}%n",
                System.getProperty("java.version"), name, figures);
    }
}
