package dev.penstock.local.pool;

import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Who has a session, and who may have one.
 *
 * <pre>
 *             admit                    stop                stop lag over
 *   (nothing) ─────▶ allocated ───────────────▶ stopping ───────────────▶ (nothing)
 *                      │  idle for the cooldown, max alive reached, exit, update ▲
 *                      └─────────────────────────────────────────────────────────┘
 * </pre>
 *
 * A session holds its slot from its first request until it is gone, however few requests are in flight: that is what
 * makes a pool of 5 answer 429 to the sixth identifier within a cooldown. A session that is stopping still takes
 * requests, which are cut when it goes: Azure documents neither, and this is the harder case for a client.
 *
 * <p>
 * Time passes only when a method is called. No I/O, no threads; safe for use by several.
 */
final class SessionPool {
    private final InstantSource clock;
    private final Map<String, LiveSession> sessions = new LinkedHashMap<>();
    private final WarmSet warm = new WarmSet();
    private List<Session> ended = new ArrayList<>();
    private PoolSettings settings;
    private long containers;
    private int peak;

    SessionPool(PoolSettings settings, InstantSource clock) {
        this.settings = settings;
        this.clock = clock;
        warm.refill(clock.instant(), settings);
    }

    /** Finds or allocates the session of an identifier. Two first requests share the session that the first one got. */
    synchronized Admission admit(String identifier) {
        Instant now = advance();
        LiveSession known = sessions.get(identifier);
        if (known != null) {
            known.requestStarts(now);
            return new Admission.Admitted(known.session(), known.readyAt());
        }
        if (sessions.size() >= settings.maxSessions()) {
            return Admission.Refused.FULL;
        }
        Optional<Instant> readyAt = container(now);
        if (readyAt.isEmpty()) {
            return Admission.Refused.NOT_READY;
        }
        LiveSession allocated = new LiveSession(new Session(identifier, ++containers), now, readyAt.get());
        sessions.put(identifier, allocated);
        peak = Math.max(peak, sessions.size());
        allocated.requestStarts(now);
        return new Admission.Admitted(allocated.session(), allocated.readyAt());
    }

    /** When the container for a new session is ready, if there is one. */
    private Optional<Instant> container(Instant now) {
        Optional<Instant> readyAt = warm.take()
                ? Optional.of(now)
                : settings.waitForWarm() ? warm.takeStarting(now, settings) : Optional.empty();
        warm.refill(now, settings);
        return readyAt;
    }

    /** A request that was admitted is over, however it ended. */
    synchronized void finish(Session session) {
        Instant now = advance();
        LiveSession live = sessions.get(session.identifier());
        if (live != null && live.session().equals(session)) {
            live.requestEnds(now);
        }
    }

    /** Whether a request with this identifier would reach a session that exists. */
    synchronized boolean knows(String identifier) {
        advance();
        return sessions.containsKey(identifier);
    }

    /** Stops a session, whose requests in flight are to be cut at once; empty when there is none. */
    synchronized Optional<Session> stop(String identifier) {
        Instant now = advance();
        LiveSession live = sessions.get(identifier);
        if (live == null) {
            return Optional.empty();
        }
        live.stopAt(now.plus(settings.stopLag()));
        advance();
        return Optional.of(live.session());
    }

    /** Ends a session without lag, as when its container exits; false when there is none. */
    synchronized boolean exit(String identifier) {
        advance();
        LiveSession live = sessions.remove(identifier);
        if (live == null) {
            return false;
        }
        ended.add(live.session());
        return true;
    }

    /** What a pool update does: every session and every warm container is gone. Answers how many sessions were lost. */
    synchronized int update() {
        Instant now = advance();
        int lost = sessions.size();
        sessions.values().forEach(live -> ended.add(live.session()));
        sessions.clear();
        warm.clear();
        warm.refill(now, settings);
        return lost;
    }

    /** Sessions above a smaller max stay until they end by themselves. */
    synchronized void change(PoolSettings changed) {
        settings = changed;
        advance();
    }

    synchronized PoolSettings settings() {
        return settings;
    }

    synchronized Optional<SessionView> view(String identifier) {
        Instant now = advance();
        return Optional.ofNullable(sessions.get(identifier)).map(live -> live.view(now, settings));
    }

    /** All sessions, oldest first. */
    synchronized List<SessionView> list() {
        Instant now = advance();
        return sessions.values().stream().map(live -> live.view(now, settings)).toList();
    }

    synchronized PoolGauges gauges() {
        advance();
        int executing = (int) sessions.values().stream().filter(LiveSession::busy).count();
        return new PoolGauges(executing, warm.pending(), warm.ready(), sessions.size(), peak);
    }

    /** The sessions that ended since the last call; what is in flight to them is to be cut. */
    synchronized List<Session> takeEnded() {
        advance();
        List<Session> taken = ended;
        ended = new ArrayList<>();
        return taken;
    }

    /** When the next session ends that may still have requests in flight. */
    synchronized Optional<Instant> nextCut() {
        return sessions.values().stream().flatMap(this::cutAt).min(Comparator.naturalOrder());
    }

    private Stream<Instant> cutAt(LiveSession live) {
        return live.busy() ? live.end(settings).stream() : Stream.empty();
    }

    private Instant advance() {
        Instant now = clock.instant();
        sessions.values().removeIf(live -> {
            boolean over = live.end(settings).filter(end -> !end.isAfter(now)).isPresent();
            if (over) {
                ended.add(live.session());
            }
            return over;
        });
        warm.refill(now, settings);
        return now;
    }
}
