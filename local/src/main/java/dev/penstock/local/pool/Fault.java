package dev.penstock.local.pool;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;

/** What goes wrong with a request on purpose. In JSON: {@code {"kind":"busy","status":429}} and so on. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
@JsonSubTypes({@JsonSubTypes.Type(value = Fault.Busy.class, name = "busy"),
        @JsonSubTypes.Type(value = Fault.Answer.class, name = "answer"),
        @JsonSubTypes.Type(value = Fault.Delay.class, name = "delay"),
        @JsonSubTypes.Type(value = Fault.Cut.class, name = "cut")})
public sealed interface Fault {

    /** No session for a new identifier, with the allocator's text. Requests to known sessions are spared. */
    record Busy(int status) implements Fault {
        public Busy {
            requireStatus(status);
        }
    }

    /**
     * The platform answers in place of the container, with a plain-text body: {@code ""} for the 403 of Azure.
     *
     * @param headers
     *            more of them, such as {@code Retry-After}; may be absent in JSON
     */
    record Answer(int status, String body, Map<String, String> headers) implements Fault {
        public Answer {
            requireStatus(status);
            Objects.requireNonNull(body, "body");
            headers = Map.copyOf(Objects.requireNonNullElse(headers, Map.of()));
        }

        /** Without further headers. */
        public Answer(int status, String body) {
            this(status, body, Map.of());
        }
    }

    /** The platform takes its time before it looks at the request. */
    record Delay(Duration time) implements Fault {
        public Delay {
            if (time.isNegative()) {
                throw new IllegalArgumentException("the delay must not be negative");
            }
        }
    }

    /** The connection to the caller is closed. */
    record Cut(Moment moment) implements Fault {
        public Cut {
            Objects.requireNonNull(moment, "moment");
        }
    }

    /** When a connection is cut. */
    enum Moment {
        /** Nothing reached the container, and no session was allocated. */
        BEFORE_FORWARDING,
        /** The container has run and begins to answer; not a byte of that reaches the caller. */
        BEFORE_ANSWER,
        /** After the head of the answer and the first part of its body. */
        WITHIN_ANSWER
    }

    private static void requireStatus(int status) {
        if (status < 200 || status > 599) {
            throw new IllegalArgumentException("the status must be from 200 to 599");
        }
    }
}
