package dev.penstock.servicebus.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.penstock.servicebus.ManualClock;
import dev.penstock.servicebus.entity.Condition;
import dev.penstock.servicebus.entity.Journal;
import dev.penstock.servicebus.entity.Message;
import dev.penstock.servicebus.entity.Namespace;
import dev.penstock.servicebus.entity.Queue;
import dev.penstock.servicebus.entity.QueueOptions;
import dev.penstock.servicebus.entity.RecoveredQueues;
import dev.penstock.servicebus.entity.RefusedException;
import dev.penstock.servicebus.entity.Room;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What open transactions hold back is given up when they are late or their connection is gone. */
class TransactionsTest {
    private final ManualClock clock = new ManualClock();
    private final Queue queue = new Namespace(clock, Journal.NONE, (_, _) -> {
    }, new RecoveredQueues()).create("queue", QueueOptions.DEFAULTS);
    private final Transactions transactions = new Transactions(clock);
    private int held;
    private final Room room = new Room() {
        @Override
        public boolean take(int bytes) {
            held += bytes;
            return true;
        }

        @Override
        public void giveBack(int bytes) {
            held -= bytes;
        }
    };

    private void declareAndSend() {
        transactions.require(transactions.declare(room))
                .send(queue, List.of(new Message("a", null, Message.FOREVER, 0, new byte[10])));
    }

    @Test
    void onlyLateOnesAreRolledBack() {
        declareAndSend();
        clock.advance(Duration.ofSeconds(60));
        declareAndSend();
        assertThat(transactions.untilDeadline()).isEqualTo(Duration.ofSeconds(60));

        clock.advance(Duration.ofSeconds(60));
        transactions.rollBackLate();

        assertThat(held).isEqualTo(10);
        assertThat(transactions.untilDeadline()).isEqualTo(Duration.ofSeconds(60));
    }

    @Test
    void aClockThatIsSetBackDoesNotKeepThemOpen() {
        declareAndSend();
        clock.advance(Duration.ofHours(-1));
        transactions.rollBackLate();

        clock.advance(Duration.ofMinutes(2));
        transactions.rollBackLate();

        assertThat(held).isZero();
        assertThat(transactions.untilDeadline()).isNull();
    }

    @Test
    void theEndOfTheConnectionEndsThemAll() {
        declareAndSend();
        declareAndSend();

        transactions.rollBackAll();

        assertThat(held).isZero();
    }

    @Test
    void oneOfWhichSomethingWasRefusedCannotBeCommitted() {
        var id = transactions.declare(room);
        transactions.fail(id, new RefusedException(Condition.SERVER_BUSY, "Later."));

        assertThatThrownBy(() -> transactions.discharge(id, false)).isInstanceOf(RefusedException.class);
        assertThat(held).isZero();
    }
}
