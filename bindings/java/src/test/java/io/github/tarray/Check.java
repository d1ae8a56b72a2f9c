package io.github.tarray;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** Tests by their names, and what they hold. */
final class Check {
    /** A test. */
    interface Body {
        void run() throws Exception;
    }

    private static final List<String> FAILED = new ArrayList<>();
    private static int passed;

    private Check() {}

    static void test(String name, Body body) {
        try {
            body.run();
            passed++;
        } catch (Throwable failure) {
            FAILED.add(name);
            System.out.println("FAILED: " + name);
            failure.printStackTrace(System.out);
        }
    }

    static void end() {
        System.out.println(passed + " tests passed, " + FAILED.size() + " failed");
        if (passed == 0 || !FAILED.isEmpty()) {
            System.exit(1);
        }
    }

    static void that(boolean holds, String what) {
        if (!holds) {
            throw new AssertionError(what);
        }
    }

    static void same(Object want, Object got, String what) {
        if (!Objects.deepEquals(want, got)) {
            throw new AssertionError(what + " is " + show(got) + ", not " + show(want));
        }
    }

    private static String show(Object value) {
        String shown = java.util.Arrays.deepToString(new Object[] {value});
        return shown.substring(1, shown.length() - 1);
    }

    /** The call fails with the status, and says so. */
    static void fails(String code, String says, Body call) throws Exception {
        try {
            call.run();
        } catch (TarrayException failure) {
            same(code, failure.code(), failure.getMessage());
            that(failure.getMessage().contains(says), failure.getMessage() + ": no " + says);
            return;
        }
        throw new AssertionError("the call succeeded instead of " + code);
    }

    /** Unchecked, checked, and of a class whose message cannot be asked for. */
    static final List<Throwable> THROWABLES = List.of(
            new IllegalStateException("lost"), new AssertionError(), new IOException("disk"), new Mute());

    private static final class Mute extends Exception {
        private static final long serialVersionUID = 1;

        @Override
        public String getMessage() {
            throw new UnsupportedOperationException();
        }
    }

    /** Throws anything out of what declares nothing, as generics can. */
    @SuppressWarnings("unchecked")
    static <T, E extends Throwable> T thrown(Throwable wrong) throws E {
        throw (E) wrong;
    }

    /** The very throwable comes out of the call. */
    static void throwing(Throwable wrong, Body call) throws Exception {
        try {
            call.run();
        } catch (Throwable got) {
            that(got == wrong, "another exception came out");
            return;
        }
        throw new AssertionError("the call succeeded");
    }

    /** No tensor is alive and no buffer held, once the collector has been round. */
    static void nothingAlive() throws InterruptedException {
        for (int round = 0; round < 200; round++) {
            if (Tarray.liveTensors() == 0 && Tarray.liveNodes() == 0 && Tarray.pinned() == 0) {
                return;
            }
            System.gc();
            Thread.sleep(2);
        }
        same(0L, Tarray.liveTensors(), "the number of live tensors");
        same(0L, Tarray.liveNodes(), "the number of live nodes");
        same(0, Tarray.pinned(), "the number of held buffers");
    }
}
