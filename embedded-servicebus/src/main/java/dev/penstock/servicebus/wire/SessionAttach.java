package dev.penstock.servicebus.wire;

import dev.penstock.servicebus.entity.Condition;
import dev.penstock.servicebus.entity.RefusedException;
import java.util.HashMap;
import java.util.Map;
import org.apache.qpid.proton.amqp.DescribedType;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.UnknownDescribedType;
import org.apache.qpid.proton.amqp.messaging.Source;
import org.apache.qpid.proton.engine.Link;
import org.apache.qpid.proton.engine.Sender;
import org.jspecify.annotations.Nullable;

/** How a receiving link asks for a session, and how it is told which one it got. */
final class SessionAttach {
    private static final Symbol SESSION_FILTER = Symbol.valueOf("com.microsoft:session-filter");
    private static final Symbol LOCKED_UNTIL = Symbol.valueOf("com.microsoft:locked-until-utc");
    private static final Symbol TIMEOUT = Symbol.valueOf("com.microsoft:timeout");
    private static final long DEFAULT_TIMEOUT_MILLIS = 60_000;
    /** .NET counts time in ticks of 100 ns from the year 1. */
    private static final long TICKS_PER_MILLISECOND = 10_000;
    private static final long TICKS_AT_EPOCH = 621_355_968_000_000_000L;

    private SessionAttach() {}

    static boolean isWanted(Source source) {
        return source.getFilter() != null && source.getFilter().containsKey(SESSION_FILTER);
    }

    /** The session that is asked for by its id, {@code null} for any. */
    static @Nullable String wantedId(Source source) {
        var filter = source.getFilter().get(SESSION_FILTER);
        var id = filter instanceof DescribedType described ? described.getDescribed() : filter;
        return id instanceof String text ? text : null;
    }

    /** How long the client will wait for any session, in milliseconds. */
    static long timeout(Link link) {
        var properties = link.getRemoteProperties();
        return properties != null && properties.get(TIMEOUT) instanceof Number millis
                ? millis.longValue()
                : DEFAULT_TIMEOUT_MILLIS;
    }

    /** The filter comes back in the form in which it was sent: the Go SDK reads only described values, others only plain. */
    static void confirm(Sender sender, String sessionId, long lockedUntil) {
        if (sender.getSource() instanceof Source source) {
            var asked = source.getFilter() == null ? null : source.getFilter().get(SESSION_FILTER);
            source.setFilter(Map.of(SESSION_FILTER, asked instanceof DescribedType described
                    ? new UnknownDescribedType(described.getDescriptor(), sessionId)
                    : sessionId));
        }
        Map<Symbol, Object> properties = new HashMap<>();
        properties.put(LOCKED_UNTIL, lockedUntil * TICKS_PER_MILLISECOND + TICKS_AT_EPOCH);
        sender.setProperties(properties);
        sender.open();
    }

    static RefusedException noneFree() {
        return new RefusedException(Condition.TIMEOUT, "No session became available in time. Accept again.");
    }

    static RefusedException lockLost() {
        return new RefusedException(Condition.SESSION_LOCK_LOST,
                "The session's lock has run out. Accept the session again, and renew its lock in time.");
    }
}
