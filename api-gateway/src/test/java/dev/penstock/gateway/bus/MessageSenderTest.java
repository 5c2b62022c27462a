package dev.penstock.gateway.bus;

import static org.assertj.core.api.Assertions.assertThat;

import com.azure.core.amqp.AmqpRetryOptions;
import com.azure.messaging.servicebus.ServiceBusReceivedMessage;
import com.azure.messaging.servicebus.ServiceBusReceiverClient;
import dev.penstock.contracts.Envelope;
import dev.penstock.contracts.Sizes;
import dev.penstock.messaging.BusAddress;
import dev.penstock.servicebus.EmbeddedServiceBus;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class MessageSenderTest {
    private static final Duration TIMEOUT = Duration.ofSeconds(20);

    private final Vertx vertx = Vertx.vertx();
    private final EmbeddedServiceBus bus = EmbeddedServiceBus.builder().queue("q").start();
    private final BusAddress address = new BusAddress.ConnectionString(bus.connectionString());
    private final MessageSender sender = new MessageSender(MessageSender.connection(address, TIMEOUT), "q", TIMEOUT,
            vertx.getOrCreateContext());

    @AfterEach
    void stop() {
        sender.close();
        bus.close();
        vertx.close().await();
    }

    @Test
    void what_comes_at_once_arrives_once_each_under_its_own_id() {
        int many = 1_500;

        Future.all(IntStream.range(0, many).mapToObj(i -> sender.send(message("m" + i, 10))).toList()).await();

        assertThat(received(many)).doesNotHaveDuplicates().hasSize(many);
    }

    /** Two of these are more than one batch can hold. */
    @Test
    void the_largest_jobs_arrive_however_many_come_at_once() {
        Future.all(IntStream.range(0, 12).mapToObj(i -> sender.send(message("m" + i, Sizes.MAX_JOB_BYTES))).toList())
                .await();

        assertThat(received(12)).doesNotHaveDuplicates().hasSize(12);
    }

    @Test
    void messages_for_later_are_not_received_with_those_for_now() {
        Instant later = Instant.now().plus(Duration.ofHours(1));
        List<Future<Void>> sends = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            sends.add(sender.send(message("now" + i, 10)));
            sends.add(sender.sendAt(message("later" + i, 10), later));
        }
        Future.all(sends).await();

        assertThat(bus.queue("q").counts().active()).isEqualTo(50);
        assertThat(bus.queue("q").counts().scheduled()).isEqualTo(50);
    }

    @Test
    void more_than_may_wait_is_refused_and_what_waits_is_sent() {
        List<Future<Void>> sends = IntStream.range(0, 5_000).mapToObj(i -> sender.send(message("m" + i, 10))).toList();
        Future.join(sends).otherwiseEmpty().await();

        long sent = sends.stream().filter(Future::succeeded).count();
        assertThat(sends).anyMatch(Future::failed);
        assertThat(bus.queue("q").counts().active()).isEqualTo(sent);
        sender.send(message("one more", 10)).await();
    }

    private List<String> received(int many) {
        List<String> ids = new ArrayList<>();
        try (ServiceBusReceiverClient receiver = address.newBuilder(new AmqpRetryOptions())
                .receiver()
                .queueName("q")
                .buildClient()) {
            while (ids.size() < many) {
                for (ServiceBusReceivedMessage message : receiver.receiveMessages(100, Duration.ofSeconds(10))) {
                    ids.add(message.getMessageId());
                    receiver.complete(message);
                }
            }
        }
        return ids;
    }

    private static Envelope message(String id, int bytes) {
        return new Envelope(id, "job", new byte[bytes], Map.of());
    }
}
