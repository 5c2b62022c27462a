package dev.penstock.local.pool;

import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A session that holds a slot. Guarded by the {@link SessionPool} that owns it. */
final class LiveSession {
    private final Session session;
    private final Instant createdAt;
    private final Instant readyAt;
    private Instant lastUse;
    private int inFlight;
    private @Nullable Instant stopAt;

    LiveSession(Session session, Instant createdAt, Instant readyAt) {
        this.session = session;
        this.createdAt = createdAt;
        this.readyAt = readyAt;
        this.lastUse = createdAt;
    }

    Session session() {
        return session;
    }

    Instant readyAt() {
        return readyAt;
    }

    boolean busy() {
        return inFlight > 0;
    }

    void requestStarts(Instant now) {
        inFlight++;
        lastUse = now;
    }

    void requestEnds(Instant now) {
        inFlight--;
        lastUse = now;
    }

    /** A second stop does not postpone the first. */
    void stopAt(Instant time) {
        if (stopAt == null) {
            stopAt = time;
        }
    }

    /** When the session is gone if nothing more happens; empty while a request holds that off. */
    Optional<Instant> end(PoolSettings settings) {
        Optional<Instant> byItself = switch (settings.lifecycle()) {
            case Lifecycle.Timed(var cooldown) ->
                busy() ? Optional.<Instant>empty() : Optional.of(lastUse.plus(cooldown));
            case Lifecycle.OnContainerExit(var maxAlive) -> Optional.of(createdAt.plus(maxAlive));
        };
        Instant stop = stopAt;
        return stop == null ? byItself : Optional.of(byItself.filter(stop::isAfter).orElse(stop));
    }

    SessionView view(Instant now, PoolSettings settings) {
        Instant expiresAt = end(settings).orElseGet(() -> now.plus(settings.lifetimeInUse()));
        return new SessionView(session.identifier(), "container-" + session.container(), expiresAt, createdAt, lastUse);
    }
}
