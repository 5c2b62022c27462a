package dev.penstock.gateway.webhooks;

import dev.penstock.contracts.Envelope;
import dev.penstock.contracts.Json;
import dev.penstock.contracts.UndecodableMessageException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Word on the {@code webhooks} queue that an attempt is due.
 *
 * @param attempt
 *            which one, from 1; if another was made meanwhile the message is out of date
 * @param bounces
 *            how often it was put off for lack of room; {@code null} for never
 */
record DeliveryMessage(int version, String deliveryId, int attempt, @Nullable Integer bounces) {
    static final int VERSION = 1;

    DeliveryMessage {
        if (version != VERSION) {
            throw new IllegalArgumentException("version " + version + " is not supported; this build reads " + VERSION);
        }
        Objects.requireNonNull(deliveryId, "deliveryId");
    }

    /** Word of an attempt that was not put off yet. */
    static DeliveryMessage of(String deliveryId, int attempt) {
        return new DeliveryMessage(VERSION, deliveryId, attempt, null);
    }

    /** The same, put off once more. */
    DeliveryMessage bounced() {
        return new DeliveryMessage(version, deliveryId, attempt, timesBounced() + 1);
    }

    int timesBounced() {
        return bounces == null ? 0 : bounces;
    }

    /** The message id is fresh each time, so that duplicate detection drops no deliberate re-send. */
    Envelope encode(Instant now) {
        try {
            return new Envelope(deliveryId + ":" + attempt + ":" + now.toEpochMilli(), "delivery",
                    Json.MAPPER.writeValueAsBytes(this), Map.of());
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
    }

    /**
     * Reads the message.
     *
     * @throws UndecodableMessageException
     *             if it is none of this version
     */
    static DeliveryMessage decode(Envelope envelope) {
        try {
            return Objects.requireNonNull(Json.MAPPER.readValue(envelope.body(), DeliveryMessage.class));
        } catch (IOException | RuntimeException wrong) {
            throw new UndecodableMessageException("not a delivery: " + wrong.getClass().getSimpleName(),
                    Optional.empty());
        }
    }
}
