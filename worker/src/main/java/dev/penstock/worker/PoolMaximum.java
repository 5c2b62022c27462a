package dev.penstock.worker;

import dev.penstock.configuration.InvalidConfigurationException;
import dev.penstock.worker.events.WorkerEvents;
import dev.penstock.worker.pool.ArmReader;
import dev.penstock.worker.pool.ArmReader.Reading;
import dev.penstock.worker.pool.EntraPoolToken;
import dev.penstock.worker.pool.PoolResource;
import dev.penstock.worker.pool.PoolToken;
import dev.penstock.worker.slot.SlotsConfig;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.IntConsumer;

/**
 * Knows how many sessions the pool admits, as Azure Resource Manager tells it at start and now and then. What can't be
 * read later changes nothing: the last known maximum stands.
 */
final class PoolMaximum implements AutoCloseable {
    private static final int TRIES_AT_START = 4;
    private static final Duration PAUSE_AT_START = Duration.ofSeconds(1);

    private final ArmReader arm;
    private final SlotsConfig.Shared slots;
    private final Duration interval;
    private final WorkerEvents events;
    private final CountDownLatch closed = new CountDownLatch(1);
    private int known;
    private boolean failing;

    private PoolMaximum(ArmReader arm, SlotsConfig.Shared slots, Duration interval, WorkerEvents events) {
        this.arm = arm;
        this.slots = slots;
        this.interval = interval;
        this.events = events;
    }

    /** Nothing is read yet. Empty for workers that don't share the pool by its maximum, or have it configured only. */
    static Optional<PoolMaximum> of(Vertx vertx, WorkerConfig config, WorkerEvents events) {
        return config.slots() instanceof SlotsConfig.Shared shared
                ? config.poolResource()
                        .map(resource -> new PoolMaximum(new ArmReader(vertx, resource, token(resource)), shared,
                                resource.interval(), events))
                : Optional.empty();
    }

    /**
     * The maximum to start with; the configured one when it can't be read. Blocks.
     *
     * @throws InvalidConfigurationException
     *             if neither is known; it says what to do
     */
    int atStart() {
        Reading reading = readPatiently();
        known = switch (reading) {
            case Reading.Known(int max) -> max;
            case Reading.Unknown(String reason, boolean _) -> {
                if (slots.poolMax() == SlotsConfig.UNKNOWN) {
                    arm.close();
                    throw unknown(reason);
                }
                failing = true;
                events.poolMaximumUnknown(reason, slots.poolMax());
                yield slots.poolMax();
            }
        };
        return known;
    }

    /** Reads every interval until closed, and hands on each maximum that is new; blocks its thread. */
    void keepReading(IntConsumer changed) {
        try {
            while (!closed.await(interval.toNanos(), TimeUnit.NANOSECONDS)) {
                learn(read(), changed);
            }
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        closed.countDown();
        arm.close();
    }

    private void learn(Reading reading, IntConsumer changed) {
        switch (reading) {
            case Reading.Known(int max) -> {
                failing = false;
                if (max != known) {
                    events.poolMaximumChanged(known, max);
                    known = max;
                    changed.accept(max);
                }
            }
            case Reading.Unknown(String reason, boolean _) -> {
                if (!failing && closed.getCount() > 0) {
                    events.poolMaximumUnknown(reason, known);
                }
                failing = true;
            }
        }
    }

    private Reading readPatiently() {
        Reading reading = read();
        try {
            for (int tries = 1; tries < TRIES_AT_START && passing(reading); tries++) {
                Thread.sleep(PAUSE_AT_START);
                reading = read();
            }
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
        return reading;
    }

    private Reading read() {
        Reading reading = arm.read();
        return reading instanceof Reading.Known(int max) && max <= slots.headroom()
                ? new Reading.Unknown("the pool admits " + max + " sessions, which PENSTOCK_POOL_HEADROOM uses up",
                        false)
                : reading;
    }

    private static boolean passing(Reading reading) {
        return reading instanceof Reading.Unknown(String _, boolean passing) && passing;
    }

    private static PoolToken token(PoolResource resource) {
        return resource.token()
                .map(PoolToken::fixed)
                .orElseGet(() -> EntraPoolToken.ofDefaultCredential(resource.scope()));
    }

    private static InvalidConfigurationException unknown(String reason) {
        return new InvalidConfigurationException(
                List.of("the pool's maximum is not known, and PENSTOCK_POOL_MAX_SESSIONS is not set: " + reason));
    }
}
