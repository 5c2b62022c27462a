package dev.penstock.worker.slot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.penstock.worker.Configs;
import dev.penstock.worker.events.WorkerEvents;
import dev.penstock.worker.pool.PoolConfig;
import dev.penstock.worker.pool.PoolSessions;
import dev.penstock.worker.pool.SessionIdentifier;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.net.URI;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class FixedShareTest {
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final Pool pool = new Pool();
    private final FreeSlots free = new FreeSlots();

    /** A pool whose sessions end when, and if, they are told to. */
    private static final class Pool implements PoolSessions {
        final Set<SessionIdentifier> live = ConcurrentHashMap.newKeySet();
        volatile boolean stops = true;

        @Override
        public boolean stop(SessionIdentifier session) {
            if (stops) {
                live.remove(session);
            }
            return stops;
        }

        @Override
        public boolean isGone(SessionIdentifier session) {
            return stops && !live.contains(session);
        }
    }

    @AfterEach
    void stopThreads() {
        threads.shutdownNow();
    }

    @Test
    void aUsedSlotComesBackUnderANewIdentifierOnceItsSessionIsGone() {
        share(1, "1h");
        Set<SessionIdentifier> identifiers = new HashSet<>();
        for (int job = 0; job < 20; job++) {
            await().until(() -> free.count() == 1);
            assertThat(pool.live).isEmpty();
            Slot slot = free.take().orElseThrow();
            pool.live.add(slot.use());
            identifiers.add(slot.session());
            slot.release();
        }
        assertThat(identifiers).hasSize(20);
    }

    @Test
    void aSlotThatWasNotUsedIsFreeAgainAtOnce() {
        pool.stops = false;
        share(1, "1h");
        for (int job = 0; job < 3; job++) {
            Slot slot = free.take().orElseThrow();
            slot.release();
            slot.release();
            assertThat(free.count()).isEqualTo(1);
        }
    }

    @Test
    void aSlotWhoseStopIsNotConfirmedWaitsAndComesBackWhenItIs() {
        share(1, "1h");
        pool.stops = false;
        Slot slot = free.take().orElseThrow();
        pool.live.add(slot.use());
        slot.release();

        await().during(Duration.ofMillis(200)).until(() -> free.count() == 0);
        pool.stops = true;
        await().until(() -> free.count() == 1);
    }

    @Test
    void aSlotWhoseStopIsNeverConfirmedComesBackAfterTheCooldown() {
        share(1, "50ms");
        pool.stops = false;
        Slot slot = free.take().orElseThrow();
        pool.live.add(slot.use());
        slot.release();
        await().until(() -> free.count() == 1);
    }

    @Test
    void closingTakesFreeSlotsAwayAndWaitsForTheSessionsOfTheOthers() throws InterruptedException {
        FixedShare share = share(3, "1h");
        pool.stops = false;
        Slot slot = free.take().orElseThrow();
        pool.live.add(slot.use());
        assertThat(share.close(Duration.ofMillis(10))).isFalse();
        assertThat(free.count()).isZero();

        pool.stops = true;
        slot.release();
        assertThat(share.close(Duration.ofMinutes(1))).isTrue();
        assertThat(pool.live).isEmpty();
    }

    private FixedShare share(int slots, String cooldown) {
        PoolConfig config = Configs
                .config(URI.create("http://127.0.0.1:1"),
                        "Endpoint=sb://localhost;SharedAccessKeyName=n;SharedAccessKey=k",
                        "PENSTOCK_POOL_CONFIRM_TIMEOUT", "30ms", "PENSTOCK_POOL_CONFIRM_INTERVAL", "5ms",
                        "PENSTOCK_POOL_COOLDOWN", cooldown)
                .pool();
        SessionEnd end = new SessionEnd(pool, config, Time.system(), new WorkerEvents(new SimpleMeterRegistry()));
        return new FixedShare("test", slots, free, end, threads);
    }
}
