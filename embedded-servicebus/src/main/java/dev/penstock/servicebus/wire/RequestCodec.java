package dev.penstock.servicebus.wire;

import dev.penstock.servicebus.entity.Transaction;
import dev.penstock.servicebus.management.Request;
import dev.penstock.servicebus.management.Response;
import dev.penstock.servicebus.message.AmqpCodec;
import dev.penstock.servicebus.message.AmqpValues;
import java.io.ByteArrayOutputStream;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.messaging.AmqpValue;
import org.apache.qpid.proton.amqp.messaging.ApplicationProperties;
import org.apache.qpid.proton.amqp.messaging.Properties;
import org.jspecify.annotations.Nullable;

/** Requests and responses as AMQP messages. */
final class RequestCodec {
    private final AmqpCodec codec;

    RequestCodec(AmqpCodec codec) {
        this.codec = codec;
    }

    Request decode(byte[] encoded, @Nullable Transaction transaction) {
        @Nullable
        Object messageId = null;
        @Nullable
        String replyTo = null;
        Map<String, Object> properties = Map.of();
        @Nullable
        Object body = null;
        for (var section : codec.decodeAll(encoded)) {
            switch (section) {
                case Properties values -> {
                    messageId = values.getMessageId();
                    replyTo = values.getReplyTo();
                }
                case ApplicationProperties values -> properties = AmqpValues.stringKeys(values.getValue());
                case AmqpValue value -> body = value.getValue();
                default -> {
                    // Other sections say nothing about a request.
                }
            }
        }
        return new Request(messageId, replyTo, properties, body, transaction);
    }

    byte[] encode(Request request, Response response) {
        var properties = new Properties();
        properties.setCorrelationId(request.messageId());
        var out = new ByteArrayOutputStream();
        for (var section : List.of(properties, new ApplicationProperties(status(response)),
                new AmqpValue(response.body()))) {
            out.writeBytes(codec.encode(section));
        }
        return out.toByteArray();
    }

    /** In both spellings: some clients look for the one, some for the other, .NET's and Python's for one at each node. */
    private static Map<String, Object> status(Response response) {
        Map<String, Object> status = new HashMap<>();
        for (var name : List.of("statusCode", "status-code")) {
            status.put(name, response.statusCode());
        }
        for (var name : List.of("statusDescription", "status-description")) {
            status.put(name, response.description());
        }
        if (response.errorCondition() != null) {
            for (var name : List.of("errorCondition", "error-condition")) {
                status.put(name, Symbol.valueOf(response.errorCondition()));
            }
        }
        return status;
    }
}
