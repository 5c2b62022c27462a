package dev.penstock.session.run;

import dev.penstock.contracts.Output;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.concurrent.CountDownLatch;

/**
 * Reads a stream to its end, keeps the head and counts the rest, so that a program never blocks on a full pipe and never
 * costs more memory than the limit.
 */
final class HeadCapture implements Runnable {
    private static final int BLOCK_BYTES = 32 * 1024;

    private final InputStream stream;
    private final long limit;
    private final ByteArrayOutputStream head = new ByteArrayOutputStream();
    private final CountDownLatch done = new CountDownLatch(1);
    private volatile long total;

    HeadCapture(InputStream stream, long limit) {
        this.stream = stream;
        this.limit = limit;
    }

    @Override
    public void run() {
        try (stream) {
            var block = new byte[BLOCK_BYTES];
            for (int count; (count = stream.read(block)) >= 0;) {
                keep(block, count);
            }
        } catch (IOException closedByUs) {
            // A process that outlived the stage held the stream open; what was read until then counts.
        } finally {
            done.countDown();
        }
    }

    private synchronized void keep(byte[] block, int count) {
        long room = limit - head.size();
        head.write(block, 0, (int) Math.min(count, room));
        total += count;
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
        return Output.head(head.toByteArray(), total);
    }
}
