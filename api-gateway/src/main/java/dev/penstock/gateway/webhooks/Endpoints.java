package dev.penstock.gateway.webhooks;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/** Lets only a few attempts at a time to one host, so that a dead one leaves room for the others. Thread safe. */
final class Endpoints {
    private static final int AT_A_TIME = 4;

    private final ConcurrentMap<String, Integer> inside = new ConcurrentHashMap<>();

    /** Whether there is room; if so, {@link #leave} afterwards. */
    boolean tryEnter(String host) {
        boolean[] entered = {false};
        inside.compute(host, (_, count) -> {
            int now = count == null ? 0 : count;
            entered[0] = now < AT_A_TIME;
            return entered[0] ? now + 1 : now;
        });
        return entered[0];
    }

    void leave(String host) {
        inside.computeIfPresent(host, (_, count) -> count == 1 ? null : count - 1);
    }
}
