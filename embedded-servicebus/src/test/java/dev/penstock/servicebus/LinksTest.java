package dev.penstock.servicebus;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.azure.core.util.BinaryData;
import com.azure.messaging.servicebus.ServiceBusException;
import com.azure.messaging.servicebus.ServiceBusMessage;
import com.azure.messaging.servicebus.ServiceBusReceiverClient;
import com.azure.messaging.servicebus.ServiceBusSessionReceiverClient;
import dev.penstock.servicebus.faults.Fault;
import dev.penstock.servicebus.faults.FaultPoint;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Links that share names or connections, wait, or outlive what they rest on. */
class LinksTest extends ClientCase {
    /** The Java SDK names a session's link by the session's id. */
    @Test
    void oneSessionIdOfTwoQueuesOnOneConnectionIsTwoSessions() {
        var bus = closing(EmbeddedServiceBus.builder()
                .queue("first", q -> q.requiresSession(true))
                .queue("second", q -> q.requiresSession(true))
                .start());
        var connection = client(bus, 0);
        List<ServiceBusReceiverClient> held = Stream.of("first", "second").map(queue -> {
            ServiceBusSessionReceiverClient sessions = closing(
                    connection.sessionReceiver().queueName(queue).disableAutoComplete().buildClient());
            return closing(sessions.acceptSession("slot-0"));
        }).toList();

        held.forEach(session -> session.setSessionState(session.getEntityPath().getBytes(UTF_8)));
        held.forEach(ServiceBusReceiverClient::renewSessionLock);

        assertThat(held).allSatisfy(
                session -> assertThat(session.getSessionState()).isEqualTo(session.getEntityPath().getBytes(UTF_8)));
    }

    /** More of them than are handed to the engine at once, and the client grants no more credit before it has half. */
    @Test
    void largeMessagesKeepComingToAClientThatPrefetches() throws Exception {
        int count = 60;
        var bus = closing(EmbeddedServiceBus.builder().queue("jobs").start());
        var sender = sender(bus, "jobs");
        for (int i = 0; i < count; i++) {
            sender.sendMessage(new ServiceBusMessage(BinaryData.fromBytes(new byte[200_000])));
        }
        var received = new CountDownLatch(count);

        var receiver = closing(
                client(bus, 0).receiver().queueName("jobs").prefetchCount(50).disableAutoComplete().buildAsyncClient());
        var receiving = receiver.receiveMessages().doOnNext(_ -> received.countDown()).subscribe();

        assertThat(received.await(1, TimeUnit.MINUTES)).as("missing: %s", received.getCount()).isTrue();
        receiving.dispose();
    }

    @Test
    void anAttachThatIsHeldBackUntilItsClientHasGoneTakesNoSession() {
        var bus = closing(EmbeddedServiceBus.builder().queue("slots", q -> q.requiresSession(true)).start());
        bus.faults().plan(FaultPoint.ATTACH, "slots", 1, new Fault.Delay(Duration.ofMillis(500)));
        bus.faults().plan(FaultPoint.ATTACH, "slots", 2, new Fault.Delay(Duration.ofSeconds(1)));
        var impatient = sessions(bus, "slots");
        Thread.startVirtualThread(() -> impatient.acceptSession("slot-0"));
        await().until(() -> bus.faults().planned() == 1);
        bus.faults().dropConnections();

        assertThat(closing(sessions(bus, "slots").acceptSession("slot-0")).getSessionId()).isEqualTo("slot-0");
    }

    @Test
    void aLinkIsCutWhenItsTokenRunsOut() {
        var clock = new ManualClock();
        var bus = closing(
                EmbeddedServiceBus.builder().queue("jobs").sharedAccessKey("user", "secret").clock(clock).start());
        var sender = sender(bus, "jobs");
        sender.sendMessage(message("in time"));

        // The SDK's token is good for some minutes by the real time.
        clock.advance(Duration.between(clock.instant(), Instant.now()).plusHours(2));
        bus.clockChanged();

        assertThatThrownBy(() -> sender.sendMessage(message("late"))).isInstanceOf(ServiceBusException.class);
        assertThat(bus.queue("jobs").counts().active()).isEqualTo(1);
    }

    @Test
    void whoWaitsForASessionOfAQueueThatIsDeletedIsToldSo() throws Exception {
        var bus = closing(EmbeddedServiceBus.builder().queue("slots", q -> q.requiresSession(true)).start());
        var sessions = sessions(bus, "slots");
        var waiting = new FutureTask<>(sessions::acceptNextSession);
        int connections = bus.connections();
        Thread.startVirtualThread(waiting);
        await().until(() -> bus.connections() > connections);

        bus.deleteQueue("slots");

        assertThatThrownBy(() -> waiting.get(1, TimeUnit.MINUTES)).hasMessageContaining("could not be found");
    }
}
