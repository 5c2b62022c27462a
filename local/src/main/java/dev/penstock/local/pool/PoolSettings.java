package dev.penstock.local.pool;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * How the pool behaves; may change while it runs.
 *
 * @param maxSessions
 *            how many sessions may be allocated, warm ones not counted
 * @param readySessions
 *            how many warm containers are kept; more than 0 and less than the max, as Azure demands of custom containers
 * @param lifecycle
 *            when a session ends that nobody stops
 * @param startDelay
 *            how long a new container takes to become ready
 * @param stopLag
 *            how long a stopped session still holds its slot
 * @param requestLimit
 *            when a request that is not answered completely gives up; 240 s in Azure
 * @param waitForWarm
 *            whether a request that finds room but no warm container waits for one; otherwise it is refused
 * @param crashLoop
 *            no container survives its start, so no new session can be had
 * @param fullStatus
 *            the status that tells of an exhausted pool: 429, 500 or 404
 * @param full500Percent
 *            the share of those answers that carry 500 instead
 */
public record PoolSettings(int maxSessions, int readySessions, Lifecycle lifecycle, Duration startDelay,
        Duration stopLag, Duration requestLimit, boolean waitForWarm, boolean crashLoop, int fullStatus,
        int full500Percent) {

    static final int MOST_SESSIONS = 10_000;
    static final Duration LONGEST_REQUEST = Duration.ofMinutes(5);

    /** @throws IllegalArgumentException naming everything that Azure would refuse or that makes no sense */
    public PoolSettings {
        Objects.requireNonNull(lifecycle, "lifecycle");
        List<String> problems = new ArrayList<>();
        if (maxSessions < 2 || maxSessions > MOST_SESSIONS) {
            problems.add("max sessions must be from 2 to " + MOST_SESSIONS);
        } else if (readySessions < 1 || readySessions >= maxSessions) {
            problems.add("ready sessions must be greater than 0 and less than max sessions");
        }
        if (startDelay.isNegative() || stopLag.isNegative()) {
            problems.add("start delay and stop lag must not be negative");
        }
        if (requestLimit.toMillis() < 1 || requestLimit.compareTo(LONGEST_REQUEST) > 0) {
            problems.add("the request limit must be from 1 ms to " + LONGEST_REQUEST.toMinutes() + " minutes");
        }
        if (fullStatus != 429 && fullStatus != 500 && fullStatus != 404) {
            problems.add("the status of a full pool must be 429, 500 or 404");
        }
        if (full500Percent < 0 || full500Percent > 100) {
            problems.add("the share of answers with 500 must be from 0 to 100 percent");
        }
        if (!problems.isEmpty()) {
            throw new IllegalArgumentException(String.join("; ", problems));
        }
    }

    /** A pool of that size with Azure's times, whose containers start and stop at once. */
    public static PoolSettings of(int maxSessions) {
        return new PoolSettings(maxSessions, 1, new Lifecycle.Timed(Duration.ofMinutes(5)), Duration.ZERO,
                Duration.ZERO, Duration.ofMinutes(4), false, false, 429, 0);
    }

    public PoolSettings withSessions(int maxSessions, int readySessions) {
        return new PoolSettings(maxSessions, readySessions, lifecycle, startDelay, stopLag, requestLimit, waitForWarm,
                crashLoop, fullStatus, full500Percent);
    }

    public PoolSettings withLifecycle(Lifecycle lifecycle) {
        return new PoolSettings(maxSessions, readySessions, lifecycle, startDelay, stopLag, requestLimit, waitForWarm,
                crashLoop, fullStatus, full500Percent);
    }

    public PoolSettings withCooldown(Duration cooldown) {
        return withLifecycle(new Lifecycle.Timed(cooldown));
    }

    public PoolSettings withStartDelay(Duration startDelay) {
        return new PoolSettings(maxSessions, readySessions, lifecycle, startDelay, stopLag, requestLimit, waitForWarm,
                crashLoop, fullStatus, full500Percent);
    }

    public PoolSettings withStopLag(Duration stopLag) {
        return new PoolSettings(maxSessions, readySessions, lifecycle, startDelay, stopLag, requestLimit, waitForWarm,
                crashLoop, fullStatus, full500Percent);
    }

    public PoolSettings withRequestLimit(Duration requestLimit) {
        return new PoolSettings(maxSessions, readySessions, lifecycle, startDelay, stopLag, requestLimit, waitForWarm,
                crashLoop, fullStatus, full500Percent);
    }

    public PoolSettings withWaitForWarm(boolean waitForWarm) {
        return new PoolSettings(maxSessions, readySessions, lifecycle, startDelay, stopLag, requestLimit, waitForWarm,
                crashLoop, fullStatus, full500Percent);
    }

    public PoolSettings withCrashLoop(boolean crashLoop) {
        return new PoolSettings(maxSessions, readySessions, lifecycle, startDelay, stopLag, requestLimit, waitForWarm,
                crashLoop, fullStatus, full500Percent);
    }

    public PoolSettings withFullAnswers(int fullStatus, int full500Percent) {
        return new PoolSettings(maxSessions, readySessions, lifecycle, startDelay, stopLag, requestLimit, waitForWarm,
                crashLoop, fullStatus, full500Percent);
    }

    /** For how long a session lives that is in use now. */
    Duration lifetimeInUse() {
        return switch (lifecycle) {
            case Lifecycle.Timed(var cooldown) -> cooldown;
            case Lifecycle.OnContainerExit(var maxAlive) -> maxAlive;
        };
    }
}
