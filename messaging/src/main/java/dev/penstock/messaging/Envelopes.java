package dev.penstock.messaging;

import com.azure.core.amqp.models.AmqpMessageBody;
import com.azure.core.amqp.models.AmqpMessageBodyType;
import com.azure.core.util.BinaryData;
import com.azure.messaging.servicebus.ServiceBusMessage;
import com.azure.messaging.servicebus.ServiceBusReceivedMessage;
import dev.penstock.contracts.Envelope;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;

/** Envelopes to the SDK's messages and back. */
public final class Envelopes {
    private Envelopes() {}

    public static ServiceBusMessage toMessage(Envelope envelope) {
        ServiceBusMessage message = new ServiceBusMessage(BinaryData.fromBytes(envelope.body()));
        message.setMessageId(envelope.messageId());
        message.setSubject(envelope.subject());
        message.setContentType(Envelope.CONTENT_TYPE);
        message.getApplicationProperties().putAll(envelope.properties());
        return message;
    }

    /** Reads a message that anyone may have sent: what is absent becomes empty, and decoding the body decides. */
    public static Envelope from(ServiceBusReceivedMessage message) {
        return new Envelope(Objects.requireNonNullElse(message.getMessageId(), ""),
                Objects.requireNonNullElse(message.getSubject(), ""), body(message), properties(message));
    }

    /** Only data bodies can be ours; the SDK throws when asked for the bytes of another kind. */
    private static byte[] body(ServiceBusReceivedMessage message) {
        AmqpMessageBody body = message.getRawAmqpMessage().getBody();
        return body.getBodyType() == AmqpMessageBodyType.DATA ? body.getFirstData() : new byte[0];
    }

    private static Map<String, Object> properties(ServiceBusReceivedMessage message) {
        Map<String, Object> present = new HashMap<>(message.getApplicationProperties());
        present.values().removeIf(Objects::isNull);
        return present;
    }
}
