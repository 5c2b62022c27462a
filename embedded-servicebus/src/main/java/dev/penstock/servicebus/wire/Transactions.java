package dev.penstock.servicebus.wire;

import dev.penstock.servicebus.entity.Condition;
import dev.penstock.servicebus.entity.RefusedException;
import dev.penstock.servicebus.entity.Room;
import dev.penstock.servicebus.entity.SteadyTime;
import dev.penstock.servicebus.entity.Transaction;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import org.apache.qpid.proton.amqp.Binary;
import org.jspecify.annotations.Nullable;

/**
 * The open transactions of one connection. (Not of an AMQP session: the Java SDK's coordinator link has a session of its
 * own.) They end with the connection; what they held back never happens.
 */
final class Transactions {
    /** As in Azure. */
    private static final Duration DEADLINE = Duration.ofMinutes(2);
    private static final int MAX_OPEN = 100;

    private record Open(Transaction transaction, long deadline) {
    }

    private final SteadyTime time;
    private final LinkedHashMap<Binary, Open> open = new LinkedHashMap<>();
    private long declared;

    Transactions(InstantSource clock) {
        time = new SteadyTime(clock);
    }

    /**
     * Opens a transaction.
     *
     * @param room of what its sends hold back
     * @return its id
     * @throws RefusedException when too many are open
     */
    Binary declare(Room room) {
        long now = time.millis();
        rollBackLate();
        if (open.size() >= MAX_OPEN) {
            throw new RefusedException(Condition.RESOURCE_LIMIT_EXCEEDED,
                    "Too many open transactions on this connection: commit or roll back some.");
        }
        var id = new Binary(ByteBuffer.allocate(Long.BYTES).putLong(++declared).array());
        open.put(id, new Open(new Transaction(room), now + DEADLINE.toMillis()));
        return id;
    }

    /** Rolls back those that have run out of time. */
    void rollBackLate() {
        long now = time.millis();
        for (var transactions = open.values().iterator(); transactions.hasNext();) {
            var next = transactions.next();
            if (next.deadline() <= now) {
                transactions.remove();
                next.transaction().rollBack();
            }
        }
    }

    /** Rolls back all: their connection is gone. */
    void rollBackAll() {
        open.values().forEach(each -> each.transaction().rollBack());
        open.clear();
    }

    /** How long it is until the first one runs out of time, {@code null} when none is open. */
    @Nullable
    Duration untilDeadline() {
        var first = open.firstEntry();
        return first == null ? null : Duration.ofMillis(first.getValue().deadline() - time.millis());
    }

    /** Something that was to be part of the transaction was refused; does nothing when it isn't open. */
    void fail(Binary id, RefusedException reason) {
        var found = open.get(id);
        if (found != null) {
            found.transaction().fail(reason);
        }
    }

    /**
     * Finds an open transaction.
     *
     * @throws RefusedException when it was never declared, is discharged or has run out of time
     */
    Transaction require(Binary id) {
        var found = open.get(id);
        if (found == null || found.deadline() <= time.millis()) {
            throw new RefusedException(Condition.TRANSACTION_UNKNOWN,
                    "There is no such transaction: it took more than " + DEADLINE.toMinutes()
                            + " minutes and was rolled back, or has ended. Start over in a new one.");
        }
        return found.transaction();
    }

    /**
     * Ends a transaction.
     *
     * @throws RefusedException when it can't be committed; it is rolled back then
     */
    void discharge(Binary id, boolean rollback) {
        var transaction = require(id);
        open.remove(id);
        if (rollback) {
            transaction.rollBack();
        } else {
            transaction.commit();
        }
    }
}
