package dev.penstock.servicebus.wire;

import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.qpid.proton.engine.Link;
import org.jspecify.annotations.Nullable;

/** When there was last anything on each link of a connection; keeps nothing if links may be idle for ever. */
final class IdleLinks {
    private final @Nullable Duration timeout;
    private final InstantSource clock;
    private final Map<Link, Long> lastTouched = new LinkedHashMap<>();

    IdleLinks(@Nullable Duration timeout, InstantSource clock) {
        this.timeout = timeout;
        this.clock = clock;
    }

    void touch(Link link) {
        if (timeout != null) {
            lastTouched.put(link, clock.millis());
        }
    }

    void forget(Link link) {
        lastTouched.remove(link);
    }

    /** The links that have been idle for too long; they are forgotten. */
    List<Link> takeIdle() {
        List<Link> idle = new ArrayList<>();
        if (timeout != null) {
            long latest = clock.millis() - timeout.toMillis();
            lastTouched.forEach((link, at) -> {
                if (at <= latest) {
                    idle.add(link);
                }
            });
            idle.forEach(lastTouched::remove);
        }
        return idle;
    }
}
