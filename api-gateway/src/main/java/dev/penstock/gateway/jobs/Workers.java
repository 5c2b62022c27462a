package dev.penstock.gateway.jobs;

import dev.penstock.contracts.Reply;
import dev.penstock.gateway.store.WorkerStore;
import io.vertx.core.Future;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/** Which workers live: each says so now and then, and is believed for as long as it says. Thread safe. */
public final class Workers {
    private static final Duration LONGEST_BELIEF = Duration.ofHours(1);

    private final WorkerStore store;
    private final InstantSource clock;

    public Workers(WorkerStore store, InstantSource clock) {
        this.store = store;
        this.clock = clock;
    }

    Future<Void> announced(Reply.WorkerAnnounced said) {
        Instant now = clock.instant();
        long believeMs = Math.min(said.believeForMs(), LONGEST_BELIEF.toMillis());
        return store.note(said, now, now.plusMillis(believeMs));
    }

    /** Those that are believed to live now. */
    public Future<WorkerStore.Alive> alive() {
        return store.alive(clock.instant());
    }
}
