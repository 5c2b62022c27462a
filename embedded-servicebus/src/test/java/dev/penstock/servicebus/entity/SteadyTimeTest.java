package dev.penstock.servicebus.entity;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.servicebus.ManualClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Clocks that are set back: what lasts goes on lasting as long as it did. */
class SteadyTimeTest {
    private static final Duration LOCK = Duration.ofSeconds(30);

    private final ManualClock clock = new ManualClock();
    private final List<Long> alarms = new ArrayList<>();
    private final Namespace namespace = new Namespace(clock, Journal.NONE, (_, at) -> alarms.add(at - clock.millis()),
            new RecoveredQueues());

    private void setBackAnHour(Queue queue) {
        queue.tick();
        clock.advance(Duration.ofHours(-1));
        queue.tick();
    }

    @Test
    void aLockEndsWhenItWouldHave() {
        var queue = namespace.create("queue", QueueOptions.DEFAULTS.lockDuration(LOCK));
        queue.enqueue(new Message("a", null, Message.FOREVER, 0, new byte[1]));
        queue.consumerReady(new RecordingConsumer(1));
        clock.advance(Duration.ofSeconds(10));

        setBackAnHour(queue);

        assertThat(alarms).last().isEqualTo(20_000L);
        clock.advance(Duration.ofSeconds(19));
        assertThat(queue.counts().locked()).isEqualTo(1);
        clock.advance(Duration.ofSeconds(1));
        assertThat(queue.counts().locked()).isZero();
    }

    @Test
    void clientsAreShownTheTimeTheyKnow() {
        var queue = namespace.create("queue", QueueOptions.DEFAULTS.lockDuration(LOCK));
        setBackAnHour(queue);
        var consumer = new RecordingConsumer(1);
        queue.consumerReady(consumer);

        queue.enqueue(new Message("a", null, Message.FOREVER, 0, new byte[1]));

        assertThat(consumer.last().lockedUntil()).isEqualTo(clock.millis() + LOCK.toMillis());
        assertThat(queue.renewLock(consumer.lastToken())).isEqualTo(clock.millis() + LOCK.toMillis());
    }

    @Test
    void sessionsAndThoseWhoWaitForThemGiveUpInTime() {
        var queue = namespace.create("queue", QueueOptions.DEFAULTS.lockDuration(LOCK).requiresSession(true));
        var holder = new RecordingConsumer(0);
        var waiter = new RecordingConsumer(0);
        queue.sessions().accept("x", holder);
        queue.sessions().acceptNext(waiter, clock.millis() + 20_000);

        setBackAnHour(queue);
        clock.advance(Duration.ofSeconds(20));
        queue.tick();
        assertThat(waiter.sessionEvents).containsExactly("timed out");
        clock.advance(Duration.ofSeconds(10));
        queue.tick();

        assertThat(holder.sessionEvents).containsExactly("granted x", "lost x");
    }
}
