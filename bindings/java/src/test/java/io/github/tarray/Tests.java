package io.github.tarray;

/** Runs all tests. */
final class Tests {
    private Tests() {}

    public static void main(String[] arguments) throws Exception {
        LayoutTest.run();
        CasesTest.run();
        TensorTest.run();
        LifetimesTest.run();
        HistoriesTest.run();
        Check.test("nothing is alive at the end", Check::nothingAlive);
        Check.end();
    }
}
