package dev.penstock.session.run;

import dev.penstock.contracts.Output;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.concurrent.CountDownLatch;

/**
 * Reads a stream to its end, keeps the head and counts the rest, so that a program never blocks on a full pipe and never
 * costs more memory than its answer has room for. The last words are kept, too: runtimes say there what they died of.
 */
final class HeadCapture implements Runnable {
    private static final int BLOCK_BYTES = 32 * 1024;
    private static final int LAST_BYTES = 4 * 1024;

    private final InputStream stream;
    private final long limit;
    private final int kept;
    private final CountDownLatch done = new CountDownLatch(1);
    private byte[] head = new byte[0];
    private int headBytes;
    private byte[] last = new byte[0];
    private volatile long total;

    /**
     * @param limit
     *            how much may come
     * @param kept
     *            how much of it, as JSON, is wanted; a byte never takes less than one there
     */
    HeadCapture(InputStream stream, long limit, int kept) {
        this.stream = stream;
        this.limit = limit;
        this.kept = kept;
    }

    @Override
    public void run() {
        try (stream) {
            var block = new byte[BLOCK_BYTES];
            for (int count; (count = stream.read(block)) >= 0;) {
                take(block, count);
            }
        } catch (IOException closedByUs) {
            // A process that outlived the stage held the stream open; what was read until then counts.
        } finally {
            done.countDown();
        }
    }

    private synchronized void take(byte[] block, int count) {
        int most = (int) Math.min(limit, kept);
        int wanted = Math.min(count, most - headBytes);
        if (headBytes + wanted > head.length) {
            head = Arrays.copyOf(head, Math.min(most, Math.max(2 * head.length, headBytes + wanted)));
        }
        System.arraycopy(block, 0, head, headBytes, wanted);
        headBytes += wanted;
        last = lastOf(block, count);
        total += count;
    }

    private byte[] lastOf(byte[] block, int count) {
        if (count >= LAST_BYTES) {
            return Arrays.copyOfRange(block, count - LAST_BYTES, count);
        }
        int earlier = Math.min(last.length, LAST_BYTES - count);
        byte[] both = Arrays.copyOfRange(last, last.length - earlier, last.length + count);
        System.arraycopy(block, 0, both, earlier, count);
        return both;
    }

    /** Whether more came than may. */
    boolean exceeded() {
        return total > limit;
    }

    CountDownLatch done() {
        return done;
    }

    /** What has come so far. */
    synchronized Output output() {
        return Output.head(headBytes == head.length ? head : Arrays.copyOf(head, headBytes), total).keepEncoded(kept);
    }

    /** The end of what has come so far, a character for each byte. */
    synchronized String lastWords() {
        return new String(last, StandardCharsets.ISO_8859_1);
    }
}
