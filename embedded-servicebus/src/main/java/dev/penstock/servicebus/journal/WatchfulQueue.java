package dev.penstock.servicebus.journal;

import java.util.concurrent.LinkedBlockingQueue;

/**
 * The tasks of the thread that writes the journal. It looks out for the next one for a moment before it goes to sleep: to be
 * woken takes it about as long as a sync does, and whoever waits for one answer often asks the next thing at once.
 */
public final class WatchfulQueue extends LinkedBlockingQueue<Runnable> {
    private static final long serialVersionUID = 1L;
    private static final long WATCH_NANOS = 100_000;

    @Override
    @SuppressWarnings("ThreadPriorityCheck") // nothing relies on the yield: it only lets others have the core first
    public Runnable take() throws InterruptedException {
        long start = System.nanoTime();
        do {
            var task = poll();
            if (task != null) {
                return task;
            }
            Thread.yield();
        } while (System.nanoTime() - start < WATCH_NANOS);
        return super.take();
    }
}
