package dev.penstock.servicebus.telemetry;

import java.time.Duration;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.spi.LoggingEventBuilder;
import org.slf4j.spi.NOPLoggingEventBuilder;

/**
 * How many lines strangers can cause: whoever sends rubbish all day must not fill the log, nor keep the broker's loop busy with
 * writing it. For one thread.
 */
final class LogQuota {
    static final int LINES = 20;
    static final Duration PERIOD = Duration.ofSeconds(10);

    private final LongSupplier nanoTime;
    private long periodStart;
    private int lines;
    private long left;

    /** @param nanoTime as {@link System#nanoTime} tells it */
    LogQuota(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
        periodStart = nanoTime.getAsLong();
    }

    /** A warning; one that goes nowhere when there have been too many. The next to be written says how many did. */
    LoggingEventBuilder warning(Logger log) {
        long now = nanoTime.getAsLong();
        if (now - periodStart >= PERIOD.toNanos()) {
            periodStart = now;
            lines = 0;
        }
        if (lines == LINES) {
            left++;
            return NOPLoggingEventBuilder.singleton();
        }
        lines++;
        var line = log.atWarn();
        if (left > 0) {
            line = line.addKeyValue("leftOut", left);
            left = 0;
        }
        return line;
    }
}
