package dev.penstock.worker.slot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.azure.core.amqp.AmqpRetryOptions;
import com.azure.messaging.servicebus.ServiceBusMessage;
import com.azure.messaging.servicebus.ServiceBusSenderClient;
import dev.penstock.messaging.BusAddress;
import dev.penstock.servicebus.EmbeddedServiceBus;
import dev.penstock.servicebus.entity.QueueCounts;
import dev.penstock.worker.pool.SessionIdentifier;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The ledger's queue through the real SDK. */
class SlotQueueTest {
    private final EmbeddedServiceBus bus = EmbeddedServiceBus.builder()
            .queue("slots", options -> options.requiresSession(true).lockDuration(Duration.ofSeconds(30)))
            .start();
    private final SlotQueue one = queue();
    private final SlotQueue other = queue();

    @AfterEach
    void close() {
        one.close();
        other.close();
        bus.close();
    }

    @Test
    void everySlotIsLeasedOnceAndNoMoreThanThereAre() {
        one.seed(3);
        List<Integer> slots = IntStream.range(0, 3).mapToObj(_ -> accept(one).slot()).toList();
        assertThat(slots).containsExactlyInAnyOrder(0, 1, 2);
        assertThat(other.accept()).isEmpty();
    }

    @Test
    void seedingAgainAddsOnlyWhatIsMissing() {
        one.seed(2);
        other.seed(2);
        other.seed(4);
        assertThat(bus.queue("slots").counts().active()).isEqualTo(4);
    }

    @Test
    void whoHoldsASlotRemovesTheSeedsThatAreTooMany() {
        try (ServiceBusSenderClient sender = sender()) {
            for (int i = 0; i < 3; i++) {
                sender.sendMessage(new ServiceBusMessage("{}").setSessionId("slot-0"));
            }
        }
        Lease lease = accept(one);
        await().until(() -> bus.queue("slots").counts().equals(new QueueCounts(1, 0, 0, 0, 0)));
        lease.renew();
        lease.close();
        assertThat(accept(other).slot()).isZero();
    }

    @Test
    void aLeaseThatWasGivenUpIsLentToWhoWaits() {
        one.seed(1);
        Lease lease = accept(one);
        Thread.ofVirtual().start(lease::close);
        assertThat(accept(other).slot()).isZero();
    }

    @Test
    void theRecordOfAHolderThatVanishedIsReadByTheNext() {
        one.seed(1);
        var record = new SlotRecord(
                List.of(SessionIdentifier.fresh("test", 0), SessionIdentifier.fresh("test", 0)),
                Instant.parse("2026-01-02T03:04:05Z"));
        accept(one).write(Optional.of(record));
        one.close();

        Lease next = accept(other);
        assertThat(next.read()).contains(record);
        next.write(Optional.empty());
        assertThat(next.read()).isEmpty();
        next.renew();
    }

    @Test
    void whoLostItsConnectionHasLostItsLease() {
        one.seed(1);
        Lease lease = accept(one);
        one.close();
        assertThatThrownBy(lease::renew).isInstanceOf(LeaseLostException.class);
        assertThatThrownBy(() -> lease.write(Optional.empty())).isInstanceOf(LeaseLostException.class);
        lease.close();
    }

    @Test
    void aRetiredSlotIsGone() {
        one.seed(2);
        Lease lease = accept(one);
        lease.retire();
        lease.close();
        await().until(() -> bus.queue("slots").counts().active() == 1);
        assertThat(accept(other).slot()).isNotEqualTo(lease.slot());
        assertThat(other.accept()).isEmpty();
    }

    private ServiceBusSenderClient sender() {
        return new BusAddress.ConnectionString(bus.connectionString()).newBuilder(new AmqpRetryOptions())
                .sender()
                .queueName("slots")
                .buildClient();
    }

    private static Lease accept(SlotQueue queue) {
        return queue.accept().orElseThrow();
    }

    private SlotQueue queue() {
        var address = new BusAddress.ConnectionString(bus.connectionString());
        return new SlotQueue(address, address.newBuilder(new AmqpRetryOptions()), "slots");
    }
}
