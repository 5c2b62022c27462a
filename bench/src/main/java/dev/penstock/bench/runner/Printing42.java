package dev.penstock.bench.runner;

/** The program that every row runs: what is left of its time is the interpreter's start and ours. */
final class Printing42 {
    static final String FILE = "main.py";
    static final String CODE = "print(42)\n";

    private Printing42() {}

    /** A row counts programs that ran, so whatever else comes out ends the benchmark. */
    static void check(String output) {
        if (!output.equals("42\n")) {
            throw new IllegalStateException("the program was to print 42, but this came: " + output);
        }
    }
}
