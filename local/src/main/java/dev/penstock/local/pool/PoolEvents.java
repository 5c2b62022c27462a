package dev.penstock.local.pool;

import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What happens in a pool, logged and counted. Never with an identifier or a URL, which holds one. Thread safe. */
public final class PoolEvents {
    private static final Logger LOG = LoggerFactory.getLogger(PoolEvents.class);

    private final Map<AnswerKind, LongAdder> answers = new EnumMap<>(AnswerKind.class);

    public PoolEvents() {
        for (AnswerKind kind : AnswerKind.values()) {
            answers.put(kind, new LongAdder());
        }
    }

    void started(String endpoint, PoolConfig config, long seed) {
        LOG.atInfo()
                .addKeyValue("endpoint", endpoint)
                .addKeyValue("maxSessions", config.settings().maxSessions())
                .addKeyValue("readySessions", config.settings().readySessions())
                .log("Session pool is ready");
        if (!config.faults().isEmpty()) {
            LOG.atWarn()
                    .addKeyValue("rules", config.faults().size())
                    .addKeyValue("seed", seed)
                    .log("Session pool will show faults on purpose; set the seed to repeat them");
        }
    }

    void answered(AnswerKind kind) {
        LongAdder count = answers.get(kind);
        if (count != null) {
            count.increment();
        }
        LOG.atDebug().addKeyValue("kind", kind).log("Request ended");
    }

    void unreachable(Throwable cause) {
        LOG.atWarn()
                .addKeyValue("cause", cause.toString())
                .log("The session container can't be reached: the caller gets 502; check that it runs");
    }

    void sessionsCut(int requests) {
        LOG.atInfo().addKeyValue("requests", requests).log("Requests of sessions that ended were cut");
    }

    void failed(Throwable cause) {
        LOG.atError().setCause(cause).log("A request failed inside the pool: its connection was closed");
    }

    Map<AnswerKind, Long> answers() {
        Map<AnswerKind, Long> counts = new EnumMap<>(AnswerKind.class);
        answers.forEach((kind, count) -> counts.put(kind, count.sum()));
        return counts;
    }
}
