package dev.penstock.servicebus.inspection;

import dev.penstock.servicebus.entity.StoredMessage;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.Locale;

/** A stored message as JSON: what the broker knows about it, and how large it is; its body stays private. */
final class MessageView {
    private MessageView() {}

    static JsonObject of(StoredMessage message) {
        var view = new JsonObject().put("sequenceNumber", message.sequenceNumber())
                .put("messageId", message.message().messageId())
                .put("state", message.state().name().toLowerCase(Locale.ROOT))
                .put("enqueuedAt", Instant.ofEpochMilli(message.enqueuedAt()).toString())
                .put("deliveryCount", message.deliveryCount())
                .put("sizeBytes", message.message().encoded().length);
        if (message.message().sessionId() != null) {
            view.put("sessionId", message.message().sessionId());
        }
        if (message.message().scheduledAt() != 0) {
            view.put("scheduledAt", Instant.ofEpochMilli(message.message().scheduledAt()).toString());
        }
        if (message.deadLetterSource() != null) {
            view.put("deadLetterSource", message.deadLetterSource());
        }
        var changed = new JsonObject();
        message.changedProperties().forEach((key, value) -> changed.put(key, String.valueOf(value)));
        return view.put("changedProperties", changed);
    }
}
