package dev.penstock.servicebus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.azure.core.amqp.AmqpRetryOptions;
import com.azure.core.amqp.exception.AmqpException;
import com.azure.messaging.servicebus.ServiceBusClientBuilder;
import com.azure.messaging.servicebus.ServiceBusException;
import com.azure.messaging.servicebus.ServiceBusFailureReason;
import com.azure.messaging.servicebus.ServiceBusMessage;
import com.azure.messaging.servicebus.ServiceBusReceivedMessage;
import com.azure.messaging.servicebus.ServiceBusReceiverClient;
import com.azure.messaging.servicebus.ServiceBusSenderClient;
import dev.penstock.servicebus.entity.QueueCounts;
import dev.penstock.servicebus.journal.MemoryFiles;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What this broker promises beyond what every Service Bus does. */
class EmbeddedServiceBusTest {
    private static ServiceBusClientBuilder client(String connectionString) {
        return new ServiceBusClientBuilder().connectionString(connectionString)
                .retryOptions(new AmqpRetryOptions().setTryTimeout(Duration.ofSeconds(10)).setMaxRetries(0));
    }

    private static ServiceBusSenderClient sender(EmbeddedServiceBus bus, String queue) {
        return client(bus.connectionString()).sender().queueName(queue).buildClient();
    }

    private static ServiceBusReceiverClient receiver(EmbeddedServiceBus bus, String queue) {
        return client(bus.connectionString()).receiver()
                .queueName(queue)
                .disableAutoComplete()
                .maxAutoLockRenewDuration(Duration.ZERO)
                .buildClient();
    }

    private static ServiceBusReceivedMessage receiveOne(ServiceBusReceiverClient receiver) {
        return receiver.receiveMessages(1, Duration.ofSeconds(30)).stream().findFirst().orElseThrow();
    }

    @Test
    void testsDriveLocksAndSchedulesByTheirOwnClock() {
        var clock = new ManualClock();
        try (var bus = EmbeddedServiceBus.builder().queue("jobs").clock(clock).start();
                var sender = sender(bus, "jobs");
                var receiver = receiver(bus, "jobs")) {
            sender.sendMessage(new ServiceBusMessage("job"));
            receiveOne(receiver);
            assertThat(bus.queue("jobs").counts()).isEqualTo(new QueueCounts(0, 1, 0, 0, 0));

            clock.advance(Duration.ofMinutes(1));
            bus.clockChanged();

            assertThat(bus.queue("jobs").counts()).isEqualTo(new QueueCounts(1, 0, 0, 0, 0));
        }
    }

    @Test
    void aClosedReceiverGivesItsMessagesBackUncounted() {
        try (var bus = EmbeddedServiceBus.builder().queue("jobs").start(); var sender = sender(bus, "jobs")) {
            sender.sendMessage(new ServiceBusMessage("job"));
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
                sender.sendMessage(new ServiceBusMessage("job"));
            }
            var wrongKey = bus.connectionString().replace("=secret", "=guess");
            try (var intruder = client(wrongKey).sender().queueName("jobs").buildClient()) {
                assertThatThrownBy(() -> intruder.sendMessage(new ServiceBusMessage("forged")))
                        .isInstanceOfSatisfying(ServiceBusException.class,
                                e -> assertThat(e.getReason()).isEqualTo(ServiceBusFailureReason.UNAUTHORIZED));
            }
            assertThat(bus.queue("jobs").counts().active()).isEqualTo(1);
        }
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
            sender.sendMessage(new ServiceBusMessage("permanent").setSessionId("slot-0"));
            var first = client(bus.connectionString()).sessionReceiver().queueName("slots").buildClient();
            var second = client(bus.connectionString()).sessionReceiver().queueName("slots").buildClient();
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
            sender.sendMessage(new ServiceBusMessage("job"));
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
            sender.sendMessage(new ServiceBusMessage("before"));
            disk.failWrites(true);
            for (int attempt = 0; attempt < 2; attempt++) {
                assertThatThrownBy(() -> sender.sendMessage(new ServiceBusMessage("refused")))
                        .isInstanceOfSatisfying(ServiceBusException.class,
                                e -> assertThat(e.getReason()).isEqualTo(ServiceBusFailureReason.QUOTA_EXCEEDED));
            }

            disk.failWrites(false);

            await().atMost(Duration.ofSeconds(30)).ignoreExceptions().until(() -> {
                sender.sendMessage(new ServiceBusMessage("after"));
                return true;
            });
        }
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
