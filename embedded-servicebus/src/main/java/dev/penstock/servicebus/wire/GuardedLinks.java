package dev.penstock.servicebus.wire;

import dev.penstock.servicebus.management.Access;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.qpid.proton.engine.Link;

/** The links of a connection that needed a token when they were attached, by the address that it had to cover. */
final class GuardedLinks {
    private final Map<Link, String> addresses = new LinkedHashMap<>();

    void add(Link link, String address) {
        addresses.put(link, address);
    }

    void forget(Link link) {
        addresses.remove(link);
    }

    /** The links that no token covers any more; looks at them only when a token has run out. */
    List<Link> takeLapsed(Access access, Instant now) {
        if (!access.dropExpired(now)) {
            return List.of();
        }
        List<Link> lapsed = new ArrayList<>();
        addresses.forEach((link, address) -> {
            if (!access.allows(address, now)) {
                lapsed.add(link);
            }
        });
        lapsed.forEach(addresses::remove);
        return lapsed;
    }
}
