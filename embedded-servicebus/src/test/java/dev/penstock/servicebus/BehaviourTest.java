package dev.penstock.servicebus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.azure.core.amqp.AmqpRetryOptions;
import com.azure.messaging.servicebus.ServiceBusSessionReceiverClient;
import dev.penstock.servicebus.wire.Behaviour;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** Azure's harsher ways, one at a time. */
class BehaviourTest extends ClientCase {
    private final ManualClock clock = new ManualClock();

    private EmbeddedServiceBus start(UnaryOperator<Behaviour> behaviour) {
        return closing(EmbeddedServiceBus.builder()
                .queue("jobs")
                .queue("slots", q -> q.requiresSession(true))
                .clock(clock)
                .behaviour(_ -> behaviour.apply(Behaviour.KIND))
                .start());
    }

    @Test
    void deliveriesOnClosedLinksCount() {
        var bus = start(b -> b.countDeliveriesOnClosedLinks(true));
        sender(bus, "jobs").sendMessage(message("job"));
        var receiver = receiver(bus, "jobs");
        receiveOne(receiver);

        receiver.close();

        await().until(() -> bus.queue("jobs").counts().active() == 1);
        assertThat(receiveOne(receiver(bus, "jobs")).getDeliveryCount()).isEqualTo(1);
    }

    @Test
    void locksOutliveALostConnection() {
        var bus = start(b -> b.keepLocksAfterConnectionLoss(true));
        sender(bus, "jobs").sendMessage(message("job"));
        receiveOne(receiver(bus, "jobs"));
        closing(sessions(bus, "slots").acceptSession("slot-0"));

        bus.faults().dropConnections();

        var other = sessions(bus, "slots");
        assertThatThrownBy(() -> other.acceptSession("slot-0")).isInstanceOf(RuntimeException.class);
        assertThat(bus.queue("jobs").counts().locked()).isEqualTo(1);
        clock.advance(Duration.ofMinutes(1));
        bus.clockChanged();
        assertThat(bus.queue("jobs").counts().active()).isEqualTo(1);
        assertThat(closing(sessions(bus, "slots").acceptSession("slot-0")).getSessionId()).isEqualTo("slot-0");
    }

    @Test
    void locksEndWithALostConnectionUnlessToldOtherwise() {
        var bus = start(UnaryOperator.identity());
        sender(bus, "jobs").sendMessage(message("job"));
        receiveOne(receiver(bus, "jobs"));

        bus.faults().dropConnections();

        await().until(() -> bus.queue("jobs").counts().active() == 1);
    }

    @Test
    void oneLinkTooManyEndsTheWholeSession() {
        var bus = start(b -> b.maxLinksPerSession(3));
        var impatient = client(bus, 0).retryOptions(new AmqpRetryOptions().setTryTimeout(Duration.ofSeconds(2)));
        // The leases themselves are not closed: the SDK waits in vain for an answer on the session that has ended.
        var sessions = closing(impatient.sessionReceiver().queueName("slots").disableAutoComplete().buildClient());
        for (int i = 0; i < 3; i++) {
            assertThat(sessions.acceptSession("slot-" + i).getSessionId()).isEqualTo("slot-" + i);
        }

        assertThatThrownBy(() -> sessions.acceptSession("slot-3")).isInstanceOf(RuntimeException.class);

        var other = closing(sessions(bus, "slots").acceptSession("slot-0"));
        assertThat(other.getSessionId()).as("the first of the ended session's leases is free").isEqualTo("slot-0");
    }

    @Test
    void idleLinksAreCutAndBusyOnesAreNot() {
        var bus = start(b -> b.idleLinkTimeout(Duration.ofMinutes(10)));
        var busy = closing(sessions(bus, "slots").acceptSession("busy"));
        closing(sessions(bus, "slots").acceptSession("idle"));

        for (int minute = 0; minute < 12; minute++) {
            clock.advance(Duration.ofSeconds(50));
            busy.renewSessionLock();
            bus.clockChanged();
        }
        clock.advance(Duration.ofSeconds(20));
        bus.clockChanged();

        busy.renewSessionLock();
        assertThat(closing(sessions(bus, "slots").acceptSession("idle")).getSessionId()).isEqualTo("idle");
    }

    @Test
    void anAcceptThatFindsNothingMayEndWithoutAReason() {
        var bus = start(b -> b.detachWithoutCondition(true));
        ServiceBusSessionReceiverClient sessions = closing(
                client(bus, 0).sessionReceiver().queueName("slots").disableAutoComplete().buildClient());
        var waiting = Thread.ofVirtual()
                .unstarted(() -> assertThatThrownBy(sessions::acceptNextSession)
                        .as("an AMQP error rather than a time-out")
                        .isNotInstanceOf(IllegalStateException.class));
        List<Throwable> failures = new ArrayList<>();
        waiting.setUncaughtExceptionHandler((_, failure) -> failures.add(failure));

        waiting.start();
        await().atMost(Duration.ofSeconds(30)).until(() -> {
            clock.advance(Duration.ofSeconds(10));
            bus.clockChanged();
            return !waiting.isAlive();
        });

        assertThat(failures).isEmpty();
    }
}
