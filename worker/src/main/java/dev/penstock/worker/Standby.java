package dev.penstock.worker;

import dev.penstock.worker.pool.PoolClient;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Looks after a worker that takes no jobs for a while: its slots are of more use to other workers, but for one to try the
 * pool with; and when no job comes to try it, only a request of ours tells whether we are let in again.
 */
final class Standby implements AutoCloseable {
    /** Of half a second, the usual interval, they make half a minute. */
    private static final int MOST_DOUBLINGS = 6;

    private final Admission admission;
    private final HeldSlots slots;
    private final PoolClient pool;
    private final Runnable ask;
    private final Duration interval;
    private int inVain;
    private int looksToSkip;
    private final CountDownLatch closed = new CountDownLatch(1);

    /**
     * A look at every such interval.
     *
     * @param ask
     *            asks for jobs as far as there is room
     */
    Standby(Admission admission, HeldSlots slots, PoolClient pool, Runnable ask, Duration interval) {
        this.admission = admission;
        this.slots = slots;
        this.pool = pool;
        this.ask = ask;
        this.interval = interval;
    }

    /** Until closed; blocks its thread. */
    void keepLooking() {
        try {
            while (!closed.await(interval.toNanos(), TimeUnit.NANOSECONDS)) {
                slots.standBy(admission.probesOnly());
                askThePool();
                ask.run();
            }
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }

    /** The more rarely, the more often it had no word for us. */
    private void askThePool() {
        if (!admission.wantsWord()) {
            return;
        }
        if (looksToSkip > 0) {
            looksToSkip--;
            return;
        }
        PoolClient.Word word = pool.word();
        admission.heard(word);
        inVain = word == PoolClient.Word.NONE ? Math.min(inVain + 1, MOST_DOUBLINGS) : 0;
        looksToSkip = (1 << inVain) - 1;
    }

    @Override
    public void close() {
        closed.countDown();
    }
}
