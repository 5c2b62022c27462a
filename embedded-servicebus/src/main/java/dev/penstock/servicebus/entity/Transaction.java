package dev.penstock.servicebus.entity;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Sends and settlements, of any number of queues, that happen all at one moment or not at all. Nobody sees anything of
 * them before {@link #commit}; locks go on running meanwhile.
 */
public final class Transaction {
    private static final int MAX_OPERATIONS = 1000;

    private sealed interface Operation {
        QueueCore queue();

        record Send(QueueCore queue, Message message, long sequenceNumber) implements Operation {
        }

        record Settle(QueueCore queue, UUID token, Settlement settlement, boolean givenUp) implements Operation {
        }
    }

    private final List<Operation> operations = new ArrayList<>();
    private final Set<UUID> settledTokens = new HashSet<>();
    private final Room room;
    private @Nullable RefusedException failure;

    /** @param room of what is held back, until the transaction has ended one way or the other */
    public Transaction(Room room) {
        this.room = room;
    }

    /** Says that something was refused which was to be part of it: it can't be committed any more. */
    public void fail(RefusedException reason) {
        failure = reason;
    }

    /**
     * Adds sends to it, if the queue would take the messages now. A refusal makes {@link #commit} fail, because the Java SDK
     * reports it to nobody.
     *
     * @return the sequence numbers that the messages will have
     */
    public List<Long> send(Queue queue, List<Message> messages) {
        return enlist(() -> {
            queue.core().requireAcceptable(messages);
            requireFewEnough(messages.size());
            holdBack(messages);
            List<Long> numbers = new ArrayList<>();
            for (var message : messages) {
                long number = queue.core().reserveSequenceNumber();
                numbers.add(number);
                operations.add(new Operation.Send(queue.core(), message, number));
            }
            return numbers;
        });
    }

    /**
     * Adds a settlement to it, if the lock is held now and not settled in it already. A refusal makes it fail.
     *
     * @param givenUp whether the receiver has forgotten the message, so that nobody could settle it after a rollback, which
     *                gives it back then as if it had been abandoned
     */
    public void settle(Queue queue, UUID token, Settlement settlement, boolean givenUp) {
        enlist(() -> {
            queue.core().advance();
            queue.core().requireSettleable(token, settlement);
            requireFewEnough(1);
            if (!settledTokens.add(token)) {
                throw new RefusedException(Condition.MESSAGE_LOCK_LOST,
                        "The message is settled in this transaction already.");
            }
            return operations.add(new Operation.Settle(queue.core(), token, settlement, givenUp));
        });
    }

    private <T> T enlist(Supplier<T> addition) {
        try {
            return addition.get();
        } catch (RefusedException e) {
            fail(e);
            throw e;
        }
    }

    private void holdBack(List<Message> messages) {
        int bytes = messages.stream().mapToInt(message -> message.encoded().length).sum();
        if (!room.take(bytes)) {
            throw new RefusedException(Condition.SERVER_BUSY,
                    "Too much is held back in open transactions. Try again when others have ended.");
        }
    }

    private void requireFewEnough(int count) {
        if (operations.size() + count > MAX_OPERATIONS) {
            throw new RefusedException(Condition.RESOURCE_LIMIT_EXCEEDED, "A transaction takes up to " + MAX_OPERATIONS
                    + " operations. Commit it and go on in another.");
        }
    }

    /**
     * Does all of it.
     *
     * @throws RefusedException when any part of it can't be done any more, or was refused before; it is rolled back then
     */
    public void commit() {
        try {
            commitWhole();
            end();
        } catch (RefusedException e) {
            rollBack();
            throw e;
        }
    }

    /** Does nothing of it. What its receivers have given up is abandoned; the other messages stay locked. */
    public void rollBack() {
        for (var operation : operations) {
            if (operation instanceof Operation.Settle settle && settle.givenUp()) {
                abandon(settle.queue(), settle.token());
            }
        }
        end();
    }

    private void end() {
        for (var operation : operations) {
            if (operation instanceof Operation.Send send) {
                room.giveBack(send.message().encoded().length);
            }
        }
        operations.clear();
    }

    private static void abandon(QueueCore queue, UUID token) {
        try {
            queue.settle(token, new Settlement.Abandon(Map.of()));
        } catch (RefusedException _) {
            // Its lock has run out meanwhile, or will: the disk is full.
        }
    }

    private void commitWhole() {
        if (failure != null) {
            throw failure;
        }
        Map<QueueCore, Moment> moments = new LinkedHashMap<>();
        operations.forEach(operation -> moments.computeIfAbsent(operation.queue(), QueueCore::advance));
        requireAllPossible();
        for (var operation : operations) {
            var now = Objects.requireNonNull(moments.get(operation.queue()));
            switch (operation) {
                case Operation.Send(var queue, var message, var number) -> queue.enqueue(message, number, now);
                case Operation.Settle(var queue, var token, var settlement, _) ->
                    queue.delivering().settle(token, settlement, now);
            }
        }
        moments.forEach(QueueCore::finish);
    }

    private void requireAllPossible() {
        Map<QueueCore, List<Message>> sends = new HashMap<>();
        for (var operation : operations) {
            switch (operation) {
                case Operation.Send(var queue, var message, _) ->
                    sends.computeIfAbsent(queue, _ -> new ArrayList<>()).add(message);
                case Operation.Settle(var queue, var token, var settlement, _) ->
                    queue.requireSettleable(token, settlement);
            }
        }
        sends.forEach(QueueCore::requireAcceptable);
    }
}
