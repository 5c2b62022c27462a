package dev.penstock.contracts;

import java.time.Duration;
import java.util.List;

/**
 * The queues that Penstock needs and how each must be set up. One place says so: the embedded broker, the emulator's
 * configuration and the Azure deployment are all made from it.
 *
 * @param prefix
 *            put before every name; empty by default
 */
public record Queues(String prefix) {
    /** Longest lock that Service Bus grants; how long a dead worker's job waits at worst is set by it. */
    private static final Duration JOB_LOCK = Duration.ofSeconds(30);
    private static final Duration DUPLICATE_WINDOW = Duration.ofMinutes(10);
    private static final int MAX_DELIVERIES = 10;

    public Queues {
        if (!prefix.matches("[A-Za-z0-9._-]{0,40}")) {
            throw new IllegalArgumentException("the queue prefix must be at most 40 of [A-Za-z0-9._-]");
        }
    }

    /** The queues without a prefix. */
    public static Queues unprefixed() {
        return new Queues("");
    }

    /** Jobs that wait for a worker. */
    public String jobs() {
        return prefix + "jobs";
    }

    /** What workers say: results, progress, runtimes. */
    public String results() {
        return prefix + "results";
    }

    /** One session per slot of the pool (decision 6). */
    public String slots() {
        return prefix + "slots";
    }

    /** Deliveries of webhooks that are due (decision 13). */
    public String webhooks() {
        return prefix + "webhooks";
    }

    /** Jobs that were cancelled, for workers to browse. */
    public String cancellations() {
        return prefix + "cancellations";
    }

    /** Every queue with its settings. */
    public List<Spec> specs() {
        return List.of(new Spec(jobs(), JOB_LOCK, MAX_DELIVERIES, Duration.ZERO, false, DUPLICATE_WINDOW),
                new Spec(results(), JOB_LOCK, MAX_DELIVERIES, Duration.ZERO, false, DUPLICATE_WINDOW),
                new Spec(slots(), JOB_LOCK, MAX_DELIVERIES, Duration.ZERO, true, Duration.ZERO),
                new Spec(webhooks(), JOB_LOCK, MAX_DELIVERIES, Duration.ZERO, false, DUPLICATE_WINDOW),
                new Spec(cancellations(), JOB_LOCK, MAX_DELIVERIES, Duration.ofHours(24), false, Duration.ZERO));
    }

    /**
     * A queue's settings.
     *
     * @param timeToLive
     *            of its messages; zero: without end
     * @param duplicateWindow
     *            zero: no duplicate detection
     */
    public record Spec(String name, Duration lockDuration, int maxDeliveryCount, Duration timeToLive,
            boolean requiresSession, Duration duplicateWindow) {
    }
}
