package dev.penstock.servicebus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.azure.core.amqp.exception.AmqpException;
import com.azure.messaging.servicebus.ServiceBusException;
import com.azure.messaging.servicebus.ServiceBusFailureReason;
import dev.penstock.servicebus.entity.QueueCounts;
import dev.penstock.servicebus.journal.MemoryFiles;
import dev.penstock.servicebus.wire.Behaviour;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What this broker promises beyond what every Service Bus does. */
class EmbeddedServiceBusTest extends ClientCase {
    @Test
    void testsDriveLocksAndSchedulesByTheirOwnClock() {
        var clock = new ManualClock();
        try (var bus = EmbeddedServiceBus.builder().queue("jobs").clock(clock).start();
                var sender = sender(bus, "jobs");
                var receiver = receiver(bus, "jobs")) {
            sender.sendMessage(message("job"));
            receiveOne(receiver);
            assertThat(bus.queue("jobs").counts()).isEqualTo(new QueueCounts(0, 1, 0, 0, 0));

            clock.advance(Duration.ofMinutes(1));
            bus.clockChanged();

            assertThat(bus.queue("jobs").counts()).isEqualTo(new QueueCounts(1, 0, 0, 0, 0));
        }
    }

    /** A deferred message comes in a response, where no delivery tag tells the lock token. */
    @Test
    void aDeferredMessageBringsItsLockToken() {
        try (var bus = EmbeddedServiceBus.builder().queue("jobs").start();
                var sender = sender(bus, "jobs");
                var receiver = receiver(bus, "jobs")) {
            sender.sendMessage(message("job"));
            var received = receiveOne(receiver);
            receiver.defer(received);

            var deferred = receiver.receiveDeferredMessage(received.getSequenceNumber());

            assertThat(deferred.getRawAmqpMessage().getDeliveryAnnotations().get("x-opt-lock-token"))
                    .hasToString(deferred.getLockToken());
        }
    }

    @Test
    void aClosedReceiverGivesItsMessagesBackUncounted() {
        try (var bus = EmbeddedServiceBus.builder().queue("jobs").behaviour(_ -> Behaviour.KIND).start();
                var sender = sender(bus, "jobs")) {
            sender.sendMessage(message("job"));
            var receiver = receiver(bus, "jobs");
            receiveOne(receiver);

            receiver.close();

            await().until(() -> bus.queue("jobs").counts().active() == 1);
            try (var other = receiver(bus, "jobs")) {
                assertThat(receiveOne(other).getDeliveryCount()).isZero();
            }
        }
    }

    @Test
    void withAKeyOnlyItsHoldersAreLetIn() {
        try (var bus = EmbeddedServiceBus.builder().queue("jobs").sharedAccessKey("user", "secret").start()) {
            try (var sender = sender(bus, "jobs")) {
                sender.sendMessage(message("job"));
            }
            var wrongKey = bus.connectionString().replace("=secret", "=guess");
            try (var intruder = client(wrongKey, 0).sender().queueName("jobs").buildClient()) {
                assertThatThrownBy(() -> intruder.sendMessage(message("forged")))
                        .isInstanceOfSatisfying(ServiceBusException.class,
                                e -> assertThat(e.getReason()).isEqualTo(ServiceBusFailureReason.UNAUTHORIZED));
            }
            assertThat(bus.queue("jobs").counts().active()).isEqualTo(1);
        }
    }

    @Test
    void anEmptyKeyIsNone() {
        var builder = EmbeddedServiceBus.builder();

        assertThatThrownBy(() -> builder.sharedAccessKey("user", "")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> builder.sharedAccessKey(" ", "key")).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void withoutAKeyItListensOnLoopbackOnly() {
        var builder = EmbeddedServiceBus.builder().host("0.0.0.0");

        assertThatThrownBy(builder::start).isInstanceOf(IllegalStateException.class).hasMessageContaining("key");
    }

    @Test
    void aSessionIsFreeAsSoonAsItsHoldersConnectionIsGone() {
        try (var bus = EmbeddedServiceBus.builder().queue("slots", q -> q.requiresSession(true)).start();
                var sender = sender(bus, "slots")) {
            sender.sendMessage(message("permanent").setSessionId("slot-0"));
            var first = client(bus, 0).sessionReceiver().queueName("slots").buildClient();
            var second = client(bus, 0).sessionReceiver().queueName("slots").buildClient();
            var held = first.acceptSession("slot-0");
            assertThatThrownBy(() -> second.acceptSession("slot-0")).isInstanceOf(AmqpException.class);

            held.close();
            first.close();

            try (var taken = second.acceptNextSession()) {
                assertThat(taken.getSessionId()).isEqualTo("slot-0");
            }
            second.close();
        }
    }

    @Test
    void withADataFolderEverythingIsThereAgainAfterARestart(@TempDir Path data) {
        var first = EmbeddedServiceBus.builder().queue("jobs").dataFolder(data);
        try (var bus = first.start(); var sender = sender(bus, "jobs")) {
            sender.sendMessage(message("job"));
        }

        try (var bus = EmbeddedServiceBus.builder().dataFolder(data).start(); var receiver = receiver(bus, "jobs")) {
            assertThat(receiveOne(receiver).getBody().toString()).isEqualTo("job");
        }
    }

    @Test
    void aDataFolderIsUsedByOneBrokerAtATime(@TempDir Path data) {
        try (var bus = EmbeddedServiceBus.builder().dataFolder(data).start()) {
            var second = EmbeddedServiceBus.builder().dataFolder(data);

            assertThatThrownBy(second::start).isInstanceOf(UncheckedIOException.class).hasMessageContaining("in use");
            assertThat(bus.port()).isPositive();
        }
    }

    @Test
    void aDiskThatCannotBeWrittenRefusesSendsUntilItCan() {
        var disk = new MemoryFiles();
        try (var bus = EmbeddedServiceBus.builder().queue("jobs").journalFiles(disk).start();
                var sender = sender(bus, "jobs")) {
            sender.sendMessage(message("before"));
            disk.failWrites(true);
            for (int attempt = 0; attempt < 2; attempt++) {
                assertThatThrownBy(() -> sender.sendMessage(message("refused")))
                        .isInstanceOfSatisfying(ServiceBusException.class,
                                e -> assertThat(e.getReason()).isEqualTo(ServiceBusFailureReason.QUOTA_EXCEEDED));
            }

            disk.failWrites(false);

            await().atMost(Duration.ofSeconds(30)).ignoreExceptions().until(() -> {
                sender.sendMessage(message("after"));
                return true;
            });
        }
    }

    @Test
    void queuesComeAndGoWhileItRuns() {
        var bus = closing(EmbeddedServiceBus.builder().queue("first").start());
        bus.createQueue("second", q -> q.maxDeliveryCount(1));
        var sender = sender(bus, "second");
        sender.sendMessage(message("job"));
        assertThat(bus.queueNames()).containsExactly("first", "second");

        bus.deleteQueue("second");

        // What the SDK says of a link that is cut while it sends depends on how far the two have come.
        assertThatThrownBy(() -> sender.sendMessage(message("lost"))).isInstanceOf(ServiceBusException.class);
        assertThatThrownBy(() -> sender(bus, "second").sendMessage(message("lost"))).isInstanceOfSatisfying(
                ServiceBusException.class, e -> assertThat(e.getReason())
                        .isEqualTo(ServiceBusFailureReason.MESSAGING_ENTITY_NOT_FOUND));
        assertThatThrownBy(() -> bus.deleteQueue("second")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> bus.createQueue("FIRST", q -> q)).isInstanceOf(IllegalArgumentException.class);
        assertThat(bus.createQueue("second", q -> q).counts()).isEqualTo(new QueueCounts(0, 0, 0, 0, 0));
    }

    @Test
    void createdAndDeletedQueuesAreSoAfterARestart(@TempDir Path data) {
        try (var bus = EmbeddedServiceBus.builder().queue("declared").dataFolder(data).start()) {
            bus.createQueue("kept", q -> q.requiresSession(true));
            bus.createQueue("gone", q -> q);
            bus.deleteQueue("gone");
        }

        try (var bus = EmbeddedServiceBus.builder().dataFolder(data).start()) {
            assertThat(bus.queueNames()).containsExactlyInAnyOrder("declared", "kept");
        }
    }

    @Test
    void queuesAreReadFromTheEmulatorsConfiguration(@TempDir Path folder) throws IOException {
        var file = Files.writeString(folder.resolve("Config.json"), """
                {"UserConfig": {"Namespaces": [{"Name": "n", "Queues": [{"Name": "configured"}]}]}}
                """);

        try (var bus = EmbeddedServiceBus.builder().config(file).start()) {
            assertThat(bus.queueNames()).containsExactly("configured");
        }
        var missing = EmbeddedServiceBus.builder();
        assertThatThrownBy(() -> missing.config(folder.resolve("none"))).isInstanceOf(UncheckedIOException.class);
    }

    @Test
    void aPortInUseIsReportedAndNothingIsLeftRunning() {
        try (var bus = EmbeddedServiceBus.builder().start()) {
            var second = EmbeddedServiceBus.builder().port(bus.port());

            assertThatThrownBy(second::start).hasStackTraceContaining("in use");
        }
    }

    @Test
    void aQueueThatIsNotThereIsReported() {
        try (var bus = EmbeddedServiceBus.builder().start()) {
            assertThatThrownBy(() -> bus.queue("nothing")).isInstanceOf(IllegalArgumentException.class);
        }
    }
}
