package dev.penstock.servicebus.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.azure.core.amqp.exception.AmqpException;
import com.azure.messaging.servicebus.ServiceBusException;
import com.azure.messaging.servicebus.ServiceBusFailureReason;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;

class SessionConformanceTest extends ConformanceCase {
    private void send(String session, String... bodies) {
        var sender = sender(QueueKind.SESSIONS);
        for (var body : bodies) {
            sender.sendMessage(message(body).setSessionId(session));
        }
    }

    @Test
    void aSessionsMessagesComeInOrderToItsHolderOnly() {
        send("a", "a1", "a2", "a3");
        send("b", "b1");

        var session = closing(sessions(connection()).acceptSession("a"));
        var messages = receive(session, 3);

        assertThat(bodies(messages)).containsExactly("a1", "a2", "a3");
        assertThat(messages).extracting(m -> m.getSessionId()).containsOnly("a");
        messages.forEach(session::complete);
        assertThat(session.peekMessages(10)).isEmpty();
    }

    @Test
    void theNextSessionIsOneThatHasMessagesAndIsFree() {
        send("a", "a1");
        send("b", "b1");

        var first = closing(sessions(connection()).acceptNextSession());
        var second = closing(sessions(connection()).acceptNextSession());

        assertThat(List.of(first.getSessionId(), second.getSessionId())).containsExactlyInAnyOrder("a", "b");
    }

    @Test
    void whoWaitsForASessionGetsTheOneThatIsSentTo() {
        var waiting = sessions(connection());
        var accepted = CompletableFuture.supplyAsync(waiting::acceptNextSession);

        send("a", "a1");

        var session = closing(accepted.join());
        assertThat(session.getSessionId()).isEqualTo("a");
        assertThat(receiveOne(session).getBody().toString()).isEqualTo("a1");
    }

    @Test
    void waitingForASessionEndsWhenNoneIsFreeInTime() {
        var sessions = sessions(connection(Duration.ofSeconds(2)));

        // Azure may end the link with or without saying why; clients have to take both for "none is free".
        assertThatThrownBy(sessions::acceptNextSession).satisfiesAnyOf(
                e -> assertThat(e).isInstanceOf(IllegalStateException.class).hasCauseInstanceOf(TimeoutException.class),
                e -> assertThat(e).isInstanceOfSatisfying(AmqpException.class,
                        cause -> assertThat(cause.isTransient()).isTrue()));
    }

    @Test
    void aSessionLockedElsewhereIsRefused() {
        closing(sessions(connection()).acceptSession("a"));
        var other = sessions(connection());

        assertThatThrownBy(() -> other.acceptSession("a")).isInstanceOfSatisfying(AmqpException.class,
                e -> assertThat(e.isTransient()).isFalse());
    }

    @Test
    void aClosedReceiversSessionIsFreeAtOnceWithItsMessages() {
        send("a", "a1");
        var first = sessions(connection()).acceptSession("a");
        receiveOne(first);

        first.close();

        var second = closing(sessions(connection()).acceptNextSession());
        assertThat(receiveOne(second).getBody().toString()).isEqualTo("a1");
    }

    @Test
    void theStateOfASessionOutlivesItsHolder() {
        var first = sessions(connection()).acceptSession("a");
        assertThat(first.getSessionState()).isNull();
        first.setSessionState("half way".getBytes(StandardCharsets.UTF_8));
        first.close();

        var second = closing(sessions(connection()).acceptSession("a"));

        assertThat(second.getSessionState()).isEqualTo("half way".getBytes(StandardCharsets.UTF_8));
        second.setSessionState(null);
        assertThat(second.getSessionState()).isNull();
    }

    @Test
    void renewingExtendsASessionsLock() {
        var session = closing(sessions(connection()).acceptSession("a"));

        var first = session.renewSessionLock();
        var second = session.renewSessionLock();

        assertThat(second).isAfterOrEqualTo(first);
    }

    @Test
    void aLockThatRanOutLetsTheNextHolderInAndTheOldOneOut() {
        send("a", "a1");
        var old = sessions(connection()).acceptSession("a");
        closing(old);
        var message = receiveOne(old);

        var next = closing(sessions(connection()).acceptNextSession());

        assertThat(next.getSessionId()).isEqualTo("a");
        var again = receiveOne(next);
        assertThat(again.getBody().toString()).isEqualTo("a1");
        assertThat(again.getDeliveryCount()).isEqualTo(1);
        assertThatThrownBy(old::renewSessionLock).isInstanceOfSatisfying(ServiceBusException.class,
                e -> assertThat(e.getReason()).isEqualTo(ServiceBusFailureReason.SESSION_LOCK_LOST));
        assertThatThrownBy(() -> old.complete(message)).isInstanceOf(ServiceBusException.class);
        next.renewSessionLock();
    }

    @Test
    void aDeferredMessageOfASessionIsReceivedByItsHolder() {
        send("a", "a1", "a2");
        var session = closing(sessions(connection()).acceptSession("a"));
        var first = receiveOne(session);
        session.defer(first);
        assertThat(receiveOne(session).getBody().toString()).isEqualTo("a2");

        var deferred = session.receiveDeferredMessage(first.getSequenceNumber());

        assertThat(deferred.getBody().toString()).isEqualTo("a1");
        session.complete(deferred);
    }

    @Test
    void peekingShowsTheMessagesOfTheSession() {
        send("a", "a1");
        send("b", "b1");

        var session = closing(sessions(connection()).acceptSession("b"));

        assertThat(session.peekMessages(10)).extracting(m -> m.getBody().toString()).containsExactly("b1");
    }

    @Test
    void aMessageWithoutASessionIsRefused() {
        var sender = sender(QueueKind.SESSIONS);

        assertThatThrownBy(() -> sender.sendMessage(message("homeless"))).isInstanceOf(RuntimeException.class);
    }

    @Test
    void receivingWithoutASessionIsRefused() {
        var receiver = receiver(QueueKind.SESSIONS);

        assertThatThrownBy(() -> receiver.receiveMessages(1, Duration.ofSeconds(10)).forEach(_ -> {
        })).isInstanceOf(RuntimeException.class);
    }

    @Test
    void acceptingASessionOfAPlainQueueIsRefused() {
        var sessions = closing(
                connection().sessionReceiver().queueName(QueueKind.PLAIN.queue).disableAutoComplete().buildClient());

        assertThatThrownBy(() -> sessions.acceptSession("a")).isInstanceOf(RuntimeException.class);
    }
}
