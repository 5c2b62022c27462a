package dev.penstock.contracts;

import java.util.Map;
import java.util.Objects;

/**
 * A queue message without the client library it travels by.
 *
 * @param subject
 *            what the body is: {@code job} or the kind of a reply; for people and filters, decoding doesn't depend on it
 * @param body
 *            UTF-8 JSON; neither copied nor changed
 * @param properties
 *            application properties: strings, ints and longs only
 */
@SuppressWarnings("ArrayRecordComponent") // bodies are large, made once and compared by nobody
public record Envelope(String messageId, String subject, byte[] body, Map<String, Object> properties) {
    public static final String CONTENT_TYPE = "application/json";

    public Envelope {
        Objects.requireNonNull(messageId, "messageId");
        Objects.requireNonNull(subject, "subject");
        Objects.requireNonNull(body, "body");
        properties = Map.copyOf(properties);
    }
}
