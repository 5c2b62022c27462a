package dev.penstock.local.cli;

/** How much is logged. To be called before the first log line: the level is read once. */
final class Logs {
    private static final String LEVEL = "PENSTOCK_LOG_LEVEL";

    private Logs() {
    }

    /** Nothing but errors, for a command whose output is the program's; an explicit setting wins. */
    static void quiet() {
        if (System.getenv(LEVEL) == null && System.getProperty(LEVEL) == null) {
            System.setProperty(LEVEL, "ERROR");
        }
    }
}
