package dev.penstock.servicebus.entity;

import java.util.NavigableMap;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Messages by sequence number, in order. Numbers are given out one after the other and most messages go in the order they came,
 * so neighbours share a block: adding at the end and taking from the front touch the tree of blocks once in 64 times.
 */
final class NumberedMessages {
    private static final int BLOCK_BITS = 6;
    private static final int BLOCK_SIZE = 1 << BLOCK_BITS;

    private static final class Block {
        final long number;
        final @Nullable StoredMessage[] messages = new @Nullable StoredMessage[BLOCK_SIZE];
        int count;
        /** No message of the block comes before this place. */
        int first;

        Block(long number) {
            this.number = number;
        }

        Stream<StoredMessage> from(int place) {
            return Stream.of(messages).skip(place).filter(Objects::nonNull).map(Objects::requireNonNull);
        }
    }

    private final NavigableMap<Long, Block> blocks = new TreeMap<>();
    private @Nullable Block front;
    private @Nullable Block recent;
    private int size;

    int size() {
        return size;
    }

    @Nullable
    StoredMessage get(long sequenceNumber) {
        var block = block(sequenceNumber);
        return block == null ? null : block.messages[place(sequenceNumber)];
    }

    /** Returns the message that had the number before, {@code null} if none had. */
    @Nullable
    StoredMessage put(StoredMessage message) {
        var block = block(message.sequenceNumber());
        if (block == null) {
            block = add(new Block(message.sequenceNumber() >> BLOCK_BITS));
        }
        int place = place(message.sequenceNumber());
        var previous = block.messages[place];
        block.messages[place] = message;
        if (previous == null) {
            block.count++;
            block.first = Math.min(block.first, place);
            size++;
        }
        return previous;
    }

    private Block add(Block block) {
        blocks.put(block.number, block);
        recent = block;
        if (front != null && block.number < front.number) {
            front = block;
        }
        return block;
    }

    /** Returns the message that had the number, {@code null} if none had. */
    @Nullable
    StoredMessage remove(long sequenceNumber) {
        var block = block(sequenceNumber);
        return block == null ? null : remove(block, place(sequenceNumber));
    }

    private @Nullable StoredMessage remove(Block block, int place) {
        var removed = block.messages[place];
        if (removed != null) {
            block.messages[place] = null;
            block.count--;
            size--;
            if (block.count == 0) {
                blocks.remove(block.number);
                front = front == block ? null : front;
                recent = recent == block ? null : recent;
            }
        }
        return removed;
    }

    /** Takes away and returns the message with the lowest number, {@code null} when there is none. */
    @Nullable
    StoredMessage pollFirst() {
        if (front == null) {
            if (blocks.isEmpty()) {
                return null;
            }
            front = blocks.firstEntry().getValue();
        }
        var block = front;
        while (block.messages[block.first] == null) {
            block.first++;
        }
        return remove(block, block.first);
    }

    Stream<StoredMessage> all() {
        return from(0);
    }

    /** Those from a sequence number on. */
    Stream<StoredMessage> from(long sequenceNumber) {
        long start = Math.max(0, sequenceNumber);
        long first = start >> BLOCK_BITS;
        return blocks.tailMap(first)
                .values()
                .stream()
                .flatMap(block -> block.from(block.number == first ? place(start) : 0));
    }

    private @Nullable Block block(long sequenceNumber) {
        long number = sequenceNumber >> BLOCK_BITS;
        var block = recent;
        if (block == null || block.number != number) {
            block = blocks.get(number);
            recent = block == null ? recent : block;
        }
        return block;
    }

    private static int place(long sequenceNumber) {
        return (int) sequenceNumber & (BLOCK_SIZE - 1);
    }
}
