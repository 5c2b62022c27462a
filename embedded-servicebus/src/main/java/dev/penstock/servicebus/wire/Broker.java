package dev.penstock.servicebus.wire;

import dev.penstock.servicebus.entity.Namespace;
import dev.penstock.servicebus.faults.FaultScript;
import dev.penstock.servicebus.journal.Durability;
import dev.penstock.servicebus.management.ManagementNode;
import dev.penstock.servicebus.management.SharedAccessKey;
import dev.penstock.servicebus.message.AmqpCodec;
import dev.penstock.servicebus.message.MessageReader;
import dev.penstock.servicebus.message.MessageWriter;
import dev.penstock.servicebus.telemetry.BrokerEvents;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;

/** What all connections of one broker share. */
public record Broker(Namespace namespace, @Nullable SharedAccessKey key, InstantSource clock, Limits limits,
        Behaviour behaviour, FaultScript faults, BrokerEvents events, Durability durability, AmqpCodec codec,
        MessageReader reader, MessageWriter writer, ManagementNode management, Unfinished unfinished) {

    public static Broker of(Namespace namespace, @Nullable SharedAccessKey key, InstantSource clock, Limits limits,
            Behaviour behaviour, BrokerEvents events, Durability durability) {
        var codec = new AmqpCodec();
        var reader = new MessageReader(codec);
        var writer = new MessageWriter(codec);
        return new Broker(namespace, key, clock, limits, behaviour, new FaultScript(), events, durability, codec,
                reader,
                writer, new ManagementNode(reader, writer), Unfinished.byHeap());
    }
}
