package io.github.tarray;

import static io.github.tarray.Check.fails;
import static io.github.tarray.Check.nothingAlive;
import static io.github.tarray.Check.same;
import static io.github.tarray.Check.test;
import static io.github.tarray.Check.that;

import java.lang.ref.WeakReference;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.List;

/** Who lives how long: tensors over Java's buffers, and Java's views of tensors. */
final class LifetimesTest {
    private LifetimesTest() {}

    static void run() {
        test("a buffer lives as long as a tensor shares it", LifetimesTest::held);
        test("a buffer lives as long as a view or a loan does", LifetimesTest::heldByLoan);
        test("a call that copies or fails holds nothing", LifetimesTest::notHeld);
        test("a view of a closed tensor's memory lives on", LifetimesTest::views);
        test("close is for once, and what is closed says so", LifetimesTest::closed);
        test("a handle passes to whoever adopts it", LifetimesTest::adopted);
        test("another thread may drop the last share", LifetimesTest::otherThread);
        test("the collector lets go, on many threads", LifetimesTest::stress);
        test("nothing is alive after that", Check::nothingAlive);
    }

    private static FloatBuffer floats(int count) {
        return ByteBuffer.allocateDirect(count * Float.BYTES).order(ByteOrder.nativeOrder())
                .asFloatBuffer();
    }

    private static boolean isGone(WeakReference<?> reference, int rounds) throws Exception {
        for (int round = 0; round < rounds && reference.get() != null; round++) {
            System.gc();
            Thread.sleep(2);
        }
        return reference.get() == null;
    }

    private static void held() throws Exception {
        FloatBuffer buffer = floats(1000).put(999, 7);
        WeakReference<FloatBuffer> watched = new WeakReference<>(buffer);
        Tensor tensor = Tarray.asarray(buffer);
        buffer = null;

        that(!isGone(watched, 5), "the buffer is gone");
        same(7.0, tensor.item(999), "the last element");
        same(1, Tarray.pinned(), "the number of held buffers");

        tensor.close();
        same(0, Tarray.pinned(), "the number of held buffers");
        that(isGone(watched, 100), "the buffer is still there");
    }

    private static void heldByLoan() {
        Tensor tensor = Tarray.asarray(floats(3).put(2, 3));
        Tensor view = tensor.view(new long[] {2}, null, 1);
        long loan = view.toDLPack();
        tensor.close();
        view.close();
        same(1, Tarray.pinned(), "the number of held buffers");
        try (Tensor back = Tarray.fromDLPack(loan)) {
            same(new float[] {0, 3}, back.toFloats(), "the elements");
        }
        same(0, Tarray.pinned(), "the number of held buffers");
    }

    private static void notHeld() throws Exception {
        FloatBuffer buffer = floats(4);
        try (Tensor converted = Tarray.asarray(buffer, new Options().dtype(DType.FLOAT64));
                Tensor copied = Tarray.asarray(buffer, new Options().copy(Copy.ALWAYS))) {
            same(0, Tarray.pinned(), "the number of held buffers");
            same(converted.toFloats(), copied.toFloats(), "the elements");
        }
        fails("TA_ERR_CANNOT_ALIAS", "int8", () ->
                Tarray.asarray(buffer, new Options().dtype(DType.INT8).copy(Copy.NEVER)));
        same(0, Tarray.pinned(), "the number of held buffers");
    }

    private static void views() throws Exception {
        FloatBuffer view;
        try (Tensor tensor = Tarray.asarray(List.of(1.5, 2.5))) {
            view = tensor.byteBuffer().slice(4, 4).order(ByteOrder.nativeOrder()).asFloatBuffer();
        }
        for (int round = 0; round < 5; round++) {
            System.gc();
            Thread.sleep(2);
        }
        same(1L, Tarray.liveTensors(), "the number of live tensors");
        same(2.5f, view.get(0), "the element");
        view = null;
        nothingAlive();
    }

    private static void closed() throws Exception {
        Tensor tensor = Tarray.asarray(1.5);
        tensor.close();
        tensor.close();
        that(tensor.isClosed(), "not closed");
        same(0L, Tarray.liveTensors(), "the number of live tensors");
        fails("TA_ERR_INVALID_ARGUMENT", "closed", tensor::item);
        fails("TA_ERR_INVALID_ARGUMENT", "closed", () -> Tarray.asarray(tensor));
        fails("TA_ERR_INVALID_ARGUMENT", "closed", () -> Tarray.asarray(List.of(tensor)));
    }

    private static void adopted() throws Exception {
        long handle;
        try (Tensor tensor = Tarray.asarray(List.of(1, 2))) {
            handle = tensor.retainHandle();
        }
        try (Tensor again = Tensor.adopt(handle)) {
            same(new long[] {1, 2}, again.toLongs(), "the elements");
        }
        same(0L, Tarray.liveTensors(), "the number of live tensors");
        fails("TA_ERR_NULL_ARGUMENT", "no ta_tensor", () -> Tensor.adopt(0));
    }

    private static void otherThread() throws Exception {
        long loan;
        try (Tensor tensor = Tarray.asarray(floats(3))) {
            loan = tensor.toDLPack();
        }
        same(1, Tarray.pinned(), "the number of held buffers");
        Thread other = new Thread(() -> Tarray.deleteDLPack(loan));
        other.start();
        other.join();
        same(0L, Tarray.liveTensors(), "the number of live tensors");
        same(0, Tarray.pinned(), "the number of held buffers");
    }

    private static void stress() throws Exception {
        Thread[] threads = new Thread[4];
        Throwable[] failed = new Throwable[threads.length];
        for (int k = 0; k < threads.length; k++) {
            int number = k;
            threads[k] = new Thread(() -> {
                for (int round = 0; round < 3000; round++) {
                    strew(round);
                    if (round % 1000 == 0) {
                        System.gc();
                    }
                }
            });
            threads[k].setUncaughtExceptionHandler((thread, wrong) -> failed[number] = wrong);
            threads[k].start();
        }
        for (Thread thread : threads) {
            thread.join();
        }
        same(new Throwable[threads.length], failed, "what was thrown");
        nothingAlive();
    }

    private static void strew(int k) {
        FloatBuffer buffer = floats(64).put(8, k);
        Tensor tensor = Tarray.asarray(buffer);
        if (k % 3 == 0) {
            same((double) k, tensor.view(new long[] {8}, null, 8).item(0), "an element of a view");
        }
        if (k % 5 == 0) {
            Tarray.asarray(List.of(tensor, buffer)).byteBuffer();
        }
        if (k % 7 == 0) {
            same((double) k, Tarray.fromDLPack(tensor.toDLPack()).item(8), "an element of a loan");
        }
        if (k % 2 == 0) {
            tensor.close();
        }
    }
}
