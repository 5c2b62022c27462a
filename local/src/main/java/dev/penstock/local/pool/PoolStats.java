package dev.penstock.local.pool;

import java.util.Map;

/**
 * What a pool has and has done.
 *
 * @param answers
 *            how many requests ended how, since the start; holds every kind
 */
public record PoolStats(PoolGauges sessions, Map<AnswerKind, Long> answers) {
    public PoolStats {
        answers = Map.copyOf(answers);
    }

    public int executing() {
        return sessions.executing();
    }

    public int pending() {
        return sessions.pending();
    }

    public int ready() {
        return sessions.ready();
    }

    public int allocated() {
        return sessions.allocated();
    }

    public int peakAllocated() {
        return sessions.peakAllocated();
    }

    /** How many requests ended that way. */
    public long answered(AnswerKind kind) {
        return answers.getOrDefault(kind, 0L);
    }
}
