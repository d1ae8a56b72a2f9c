package io.github.tarray;

import static io.github.tarray.Check.fails;
import static io.github.tarray.Check.nothingAlive;
import static io.github.tarray.Check.same;
import static io.github.tarray.Check.test;
import static io.github.tarray.Check.that;

import java.util.Arrays;
import java.util.List;

/** Operations, and gradients back through them. */
final class HistoriesTest {
    private static final Options LEAF = new Options().requiresGrad(Grad.YES);

    private HistoriesTest() {}

    static void run() {
        test("operations are those of PyTorch", HistoriesTest::operations);
        test("gradients arrive at the leaves", HistoriesTest::gradients);
        test("a graph serves one pass, or more if it is retained", HistoriesTest::retained);
        test("nothing is recorded where nobody wants it", HistoriesTest::notRecorded);
        test("operations of Java are recorded", HistoriesTest::recorded);
        test("what an operation throws comes out as it is", HistoriesTest::thrown);
        test("wrong gradients are refused", HistoriesTest::wrongGradients);
        test("the collector gives graphs up, on many threads", HistoriesTest::stress);
        test("no graph is alive after that", Check::nothingAlive);
    }

    private static Tensor leaf(float... values) {
        return Tarray.asarray(values, LEAF);
    }

    private static void is(Tensor tensor, float... want) {
        same(want, tensor.toFloats(), "the elements");
    }

    private static void operations() throws Exception {
        Tensor x = Tarray.asarray(new float[][] {{1, 2}, {3, 4}});
        is(x.add(x.mul(2)).sub(new float[] {1, 1}), 2, 5, 8, 11);
        is(x.neg().sum(false, 0), -4, -6);
        same(new long[] {1, 1}, x.sum(true, 0, -1).shape(), "the shape");
        is(x.sum(), 10);
        fails("TA_ERR_INVALID_ARGUMENT", "", () -> x.add(new float[] {1, 2, 3}));
        fails("TA_ERR_OUT_OF_BOUNDS", "2", () -> x.sum(false, 2));
        fails("TA_ERR_LAYOUT", "65", () -> x.sum(false, new long[65]));
        fails("TA_ERR_KIND", "String", () -> x.mul("x"));
        fails("TA_ERR_KIND", "null", () -> x.mul(null));
    }

    private static void gradients() {
        Tensor x = leaf(1, 2, 3);
        Tensor y = x.mul(x).mul(2);
        that(x.isLeaf() && !y.isLeaf() && y.requiresGrad(), "who is a leaf");
        same("MulBackward0", y.gradFnName(), "the name");
        that(x.gradFnName() == null && x.grad() == null, "a leaf without a gradient");
        y.sum().backward();
        is(x.grad(), 4, 8, 12);
        x.setGrad(null);
        that(x.grad() == null, "the gradient is still there");
        x.setGrad(Tarray.asarray(new float[] {1, 1, 1}));
        x.add(List.of(x)).backward(Tarray.asarray(new float[][] {{1, 2, 3}}), false);
        is(x.grad(), 3, 5, 7);
    }

    private static void retained() throws Exception {
        Tensor x = leaf(1, 2);
        Tensor y = x.mul(x).sum();
        y.backward(null, true);
        y.backward();
        is(x.grad(), 4, 8);
        fails("TA_ERR_GRAD", "", y::backward);
        is(x.grad(), 4, 8);
    }

    private static void notRecorded() throws Exception {
        Tensor x = leaf(1, 2);
        boolean[] seen = Tarray.noGrad(
                () -> new boolean[] {x.mul(x).requiresGrad(), Tarray.isGradEnabled()});
        same(new boolean[] {false, false}, seen, "what was recorded");
        that(Tarray.isGradEnabled(), "noGrad has no end");
        that(!x.mul(x).detach().requiresGrad(), "a detached tensor requires grad");
        fails("TA_ERR_GRAD", "", () -> x.fill(0));
        x.setRequiresGrad(false);
        that(!x.requiresGrad(), "it requires grad");
        x.fill(7);
        is(x, 7, 7);
    }

    /** x * x, computed by Java. */
    private static Tensor squared(Tensor x) {
        float[] elements = x.toFloats();
        float[] squares = elements.clone();
        for (int k = 0; k < squares.length; k++) {
            squares[k] *= elements[k];
        }
        Backward backward = (grad, needed) -> {
            try (Tensor half = grad.mul(elements)) {
                return Arrays.asList(needed[0] ? half.add(half) : null);
            }
        };
        return Tarray.record("SquareBackward0", List.of(x), backward, squares);
    }

    private static void recorded() throws Exception {
        Tensor x = leaf(1, 2, 3);
        Tensor y = squared(x);
        same("SquareBackward0", y.gradFnName(), "the name");
        is(y, 1, 4, 9);
        Thread other = new Thread(() -> y.sum().backward());
        other.start();
        other.join();
        is(x.grad(), 2, 4, 6);
    }

    private static Tensor failing(Tensor x, Backward backward) {
        return Tarray.record("Failing", List.of(x), backward, 1.5);
    }

    private static void thrown() throws Exception {
        Tensor x = leaf(1);
        for (Throwable wrong : Check.THROWABLES) {
            Tensor y = failing(x, (grad, needed) -> Check.thrown(wrong));
            Check.throwing(wrong, y::backward);
            that(x.grad() == null, "a failing pass left a gradient");
        }
    }

    private static void wrongGradients() throws Exception {
        Tensor x = leaf(1);
        Tensor two = failing(x, (grad, needed) -> List.of(grad, grad));
        fails("TA_ERR_INVALID_ARGUMENT", "2 gradients for 1 inputs", two::backward);
        Tensor closed = failing(x, (grad, needed) -> {
            grad.close();
            return List.of(grad);
        });
        fails("TA_ERR_INVALID_ARGUMENT", "closed", closed::backward);
        Tensor gone = leaf(1);
        gone.close();
        fails("TA_ERR_INVALID_ARGUMENT", "closed", () -> squared(gone));
    }

    private static void stress() throws Exception {
        Tensor x = leaf(1, 2);
        Thread[] threads = new Thread[4];
        Throwable[] failed = new Throwable[threads.length];
        for (int k = 0; k < threads.length; k++) {
            int number = k;
            threads[k] = new Thread(() -> {
                for (int round = 0; round < 200; round++) {
                    strew(x, round);
                }
            });
            threads[k].setUncaughtExceptionHandler((thread, wrong) -> failed[number] = wrong);
            threads[k].start();
        }
        for (Thread thread : threads) {
            thread.join();
        }
        same(new Throwable[threads.length], failed, "what was thrown");
        x.close();
        nothingAlive();
    }

    private static void strew(Tensor x, int round) {
        Tensor y = x;
        for (int k = 0; k < round % 10; k++) {
            y = squared(y).mul(0.5);
        }
        if (round % 3 == 0) {
            y.sum().backward();
        }
    }
}
