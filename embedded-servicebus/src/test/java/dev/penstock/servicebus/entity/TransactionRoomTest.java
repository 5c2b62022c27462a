package dev.penstock.servicebus.entity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.penstock.servicebus.ManualClock;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What an open transaction holds back is bounded. */
class TransactionRoomTest {
    private static final class Bounded implements Room {
        int left = 100;

        @Override
        public boolean take(int bytes) {
            if (bytes > left) {
                return false;
            }
            left -= bytes;
            return true;
        }

        @Override
        public void giveBack(int bytes) {
            left += bytes;
        }
    }

    private final Queue queue = new Namespace(new ManualClock(), Journal.NONE, (_, _) -> {
    }, new RecoveredQueues()).create("queue", QueueOptions.DEFAULTS);
    private final Bounded room = new Bounded();
    private final Transaction transaction = new Transaction(room);

    private void send(int bytes) {
        transaction.send(queue, List.of(new Message("id", null, Message.FOREVER, 0, new byte[bytes])));
    }

    @Test
    void aSendBeyondTheRoomMakesTheCommitFail() {
        send(60);

        assertThatThrownBy(() -> send(60)).isInstanceOfSatisfying(RefusedException.class,
                e -> assertThat(e.condition()).isEqualTo(Condition.SERVER_BUSY));

        assertThatThrownBy(transaction::commit).isInstanceOf(RefusedException.class);
        assertThat(queue.counts().active()).isZero();
        assertThat(room.left).isEqualTo(100);
    }

    @Test
    void theRoomIsGivenBackByACommit() {
        send(60);
        assertThat(room.left).isEqualTo(40);

        transaction.commit();

        assertThat(room.left).isEqualTo(100);
    }

    @Test
    void theRoomIsGivenBackByARollback() {
        send(60);

        transaction.rollBack();

        assertThat(room.left).isEqualTo(100);
    }
}
