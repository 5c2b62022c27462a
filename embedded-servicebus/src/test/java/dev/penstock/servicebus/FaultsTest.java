package dev.penstock.servicebus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.azure.messaging.servicebus.ServiceBusException;
import com.azure.messaging.servicebus.ServiceBusFailureReason;
import com.azure.messaging.servicebus.ServiceBusSenderClient;
import dev.penstock.servicebus.entity.Condition;
import dev.penstock.servicebus.faults.Fault;
import dev.penstock.servicebus.faults.FaultPoint;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class FaultsTest extends ClientCase {
    @SuppressWarnings("NullAway.Init")
    private EmbeddedServiceBus bus;

    @BeforeEach
    void start() {
        bus = closing(EmbeddedServiceBus.builder().queue("jobs").queue("slots", q -> q.requiresSession(true)).start());
    }

    private ServiceBusSenderClient patientSender() {
        return closing(client(bus, 3).sender().queueName("jobs").buildClient());
    }

    @Test
    void theNthSendIsRefusedAndNotDone() {
        bus.faults().plan(FaultPoint.SEND, "JOBS", 2, new Fault.Refuse(Condition.RESOURCE_LIMIT_EXCEEDED));
        var sender = sender(bus, "jobs");
        sender.sendMessage(message("first"));

        assertThatThrownBy(() -> sender.sendMessage(message("second"))).isInstanceOfSatisfying(
                ServiceBusException.class,
                e -> assertThat(e.getReason()).isEqualTo(ServiceBusFailureReason.QUOTA_EXCEEDED));

        sender.sendMessage(message("third"));
        assertThat(bus.queue("jobs").counts().active()).isEqualTo(2);
    }

    @Test
    void whoIsDelayedLosesNothing() {
        bus.faults().plan(FaultPoint.SEND, "jobs", 1, new Fault.Delay(Duration.ofMillis(200)));
        bus.faults().plan(FaultPoint.ATTACH, "jobs", 1, new Fault.Delay(Duration.ofMillis(200)));
        bus.faults().plan(FaultPoint.SETTLE, "jobs", 1, new Fault.Delay(Duration.ofMillis(200)));
        sender(bus, "jobs").sendMessage(message("late"));
        bus.faults().plan(FaultPoint.ATTACH, "jobs", 1, new Fault.Delay(Duration.ofMillis(200)));
        var receiver = receiver(bus, "jobs");

        receiver.complete(receiveOne(receiver));

        assertThat(bus.queue("jobs").counts().active()).isZero();
        assertThat(bus.queue("jobs").counts().locked()).isZero();
    }

    @Test
    void aConnectionThatBreaksBeforeASendIsRetriedBySdk() {
        bus.faults().plan(FaultPoint.SEND, "jobs", 1, new Fault.DropConnection());

        patientSender().sendMessage(message("once"));

        assertThat(bus.queue("jobs").counts().active()).isEqualTo(1);
    }

    @Test
    void anAnswerThatIsLostMakesTheSdkSendTwice() {
        bus.faults().plan(FaultPoint.SEND, "jobs", 1, new Fault.DropAnswer());

        patientSender().sendMessage(message("twice"));

        assertThat(bus.queue("jobs").counts().active()).isEqualTo(2);
    }

    @Test
    void aLockThatIsLostShowsWhenTheMessageIsSettled() {
        sender(bus, "jobs").sendMessage(message("job"));
        var receiver = receiver(bus, "jobs");
        var message = receiveOne(receiver);

        bus.faults().loseLocks("jobs");

        assertThatThrownBy(() -> receiver.complete(message)).isInstanceOfSatisfying(ServiceBusException.class,
                e -> assertThat(e.getReason()).isEqualTo(ServiceBusFailureReason.MESSAGE_LOCK_LOST));
        assertThat(receiveOne(receiver(bus, "jobs")).getDeliveryCount()).isEqualTo(1);
    }

    @Test
    void aSessionThatIsLostCanBeTakenByOthers() {
        var held = closing(sessions(bus, "slots").acceptSession("slot-0"));

        bus.faults().loseLocks("slots");

        assertThatThrownBy(held::renewSessionLock).isInstanceOfSatisfying(ServiceBusException.class,
                e -> assertThat(e.getReason()).isEqualTo(ServiceBusFailureReason.SESSION_LOCK_LOST));
        assertThat(closing(sessions(bus, "slots").acceptSession("slot-0")).getSessionId()).isEqualTo("slot-0");
    }

    @Test
    void theSdkAttachesAgainWhenItsLinksAreCutOrConnectionsDropped() {
        var sender = patientSender();
        sender.sendMessage(message("before"));

        bus.faults().cutLinks("jobs");
        sendInTheEnd(sender, "after the cut");
        bus.faults().dropConnections();
        sendInTheEnd(sender, "after the drop");

        assertThat(bus.queue("jobs").counts().active()).isGreaterThanOrEqualTo(3);
    }

    /** A send that meets the very moment of the cut may fail for good in the SDK; the next one goes out on a new link. */
    private static void sendInTheEnd(ServiceBusSenderClient sender, String text) {
        await().atMost(Duration.ofSeconds(60)).ignoreExceptionsInstanceOf(ServiceBusException.class).until(() -> {
            sender.sendMessage(message(text));
            return true;
        });
    }

    @Test
    void aBusyServerIsTriedAgain() {
        bus.faults().plan(FaultPoint.SEND, "jobs", 1, new Fault.Refuse(Condition.SERVER_BUSY));

        patientSender().sendMessage(message("busy"));

        assertThat(bus.queue("jobs").counts().active()).isEqualTo(1);
    }

    @Test
    void aRequestIsRefused() {
        var session = closing(sessions(bus, "slots").acceptSession("slot-0"));
        bus.faults().plan(FaultPoint.REQUEST, "slots", 1, new Fault.Refuse(Condition.SESSION_LOCK_LOST));

        assertThatThrownBy(session::renewSessionLock).isInstanceOf(ServiceBusException.class);
        session.renewSessionLock();
    }

    @Test
    void onlyWhatIsThereCanFail() {
        assertThatThrownBy(() -> bus.faults().cutLinks("nothing")).hasMessageContaining("could not be found");
        assertThatThrownBy(() -> bus.faults().plan(FaultPoint.SEND, "jobs", 0, new Fault.DropAnswer()))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
