package dev.penstock.servicebus.wire;

/**
 * How much of messages that have begun to arrive, but not ended, is kept: all connections together, so that no number of
 * clients that stop in the middle fills the memory. Confined to the broker's loop.
 */
final class HalfSent {
    private static final long AT_LEAST = 64L << 20;
    private static final int SHARE_OF_HEAP = 8;

    private final long maxBytes;
    private long bytes;

    HalfSent(long maxBytes) {
        this.maxBytes = maxBytes;
    }

    /** An eighth of the largest heap. */
    static HalfSent byHeap() {
        return new HalfSent(Math.max(AT_LEAST, Runtime.getRuntime().maxMemory() / SHARE_OF_HEAP));
    }

    /** Asks for room; false, and nothing is taken, when there is not enough. */
    boolean take(int count) {
        if (bytes + count > maxBytes) {
            return false;
        }
        bytes += count;
        return true;
    }

    void giveBack(int count) {
        bytes -= count;
    }
}
