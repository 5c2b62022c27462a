package dev.penstock.local.pool;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Which requests a fault strikes. {@code new FaultRule(new Fault.Busy(429), Scope.SESSIONS, 20, 50)} refuses about half
 * of the next 20 requests that would allocate a session.
 *
 * @param requests
 *            how many requests of the scope the rule looks at before it is used up; 0 for no end
 * @param percent
 *            the share of those that is struck, 1 to 100
 */
public record FaultRule(Fault fault, Scope scope, int requests, int percent) {

    /** The kinds of requests. */
    public enum Scope {
        /** Those to be forwarded to a session. */
        SESSIONS,
        /** {@code /.management/*}. */
        MANAGEMENT,
        /** Both. */
        ALL
    }

    public FaultRule {
        if (requests < 0 || percent < 1 || percent > 100) {
            throw new IllegalArgumentException("requests must be 0 or more, percent from 1 to 100");
        }
    }

    /** From JSON, where all but the fault may be absent: then every request to be forwarded is struck. */
    @JsonCreator
    static FaultRule parsed(@JsonProperty("fault") @Nullable Fault fault, @JsonProperty("scope") @Nullable Scope scope,
            @JsonProperty("requests") @Nullable Integer requests, @JsonProperty("percent") @Nullable Integer percent) {
        if (fault == null) {
            throw new IllegalArgumentException("a rule needs a fault");
        }
        return new FaultRule(fault, Optional.ofNullable(scope).orElse(Scope.SESSIONS),
                Optional.ofNullable(requests).orElse(0), Optional.ofNullable(percent).orElse(100));
    }

    /** Strikes each of the next requests that are to be forwarded. */
    public static FaultRule next(int requests, Fault fault) {
        return new FaultRule(fault, Scope.SESSIONS, requests, 100);
    }

    /** Strikes every request to be forwarded until the faults are cleared. */
    public static FaultRule always(Fault fault) {
        return next(0, fault);
    }
}
