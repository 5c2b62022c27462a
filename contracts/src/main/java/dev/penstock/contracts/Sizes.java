package dev.penstock.contracts;

/** Bounds that keep every message inside Service Bus Standard's 256 KiB (decision 12). */
public final class Sizes {
    /** Encoded job, bytes; a longer one is answered 413. */
    public static final int MAX_JOB_BYTES = 192 * 1024;
    /** Encoded result, bytes; the worker trims to it. */
    public static final int MAX_RESULT_BYTES = 192 * 1024;
    public static final int MAX_FILES = 100;
    public static final int MAX_ARGS = 100;
    /** Test cases of one job. */
    public static final int MAX_TESTS = 100;
    /** Characters of a test case's id. */
    public static final int MAX_TEST_ID = 64;

    private Sizes() {}
}
