package dev.penstock.servicebus.wire;

/**
 * How much is kept for clients that may have stopped in the middle: messages that have begun to arrive but not ended, and responses
 * that nobody has taken yet. All connections together, so that no number of such clients fills the memory. Confined to the
 * broker's loop.
 */
final class Unfinished {
    private static final long AT_LEAST = 64L << 20;
    private static final int SHARE_OF_HEAP = 8;

    private final long maxBytes;
    private long bytes;

    Unfinished(long maxBytes) {
        this.maxBytes = maxBytes;
    }

    /** An eighth of the largest heap. */
    static Unfinished byHeap() {
        return new Unfinished(Math.max(AT_LEAST, Runtime.getRuntime().maxMemory() / SHARE_OF_HEAP));
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
