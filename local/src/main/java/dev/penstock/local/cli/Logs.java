package dev.penstock.local.cli;

import org.slf4j.LoggerFactory;

/** Sets logging up, once, before any part starts: parts that start side by side would race to do it. */
final class Logs {
    private static final String LEVEL = "PENSTOCK_LOG_LEVEL";

    private Logs() {}

    /** Nothing but errors, for a command whose output is the program's; an explicit setting wins. */
    static void quiet() {
        if (System.getenv(LEVEL) == null) {
            System.setProperty(LEVEL, "ERROR");
        }
        normal();
    }

    /** As {@code PENSTOCK_LOG_LEVEL} says. */
    static void normal() {
        LoggerFactory.getILoggerFactory();
    }
}
