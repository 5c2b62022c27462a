package dev.penstock.session.run;

import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** Lets a bounded number of programs run and a bounded number wait for their turn, first come first served. */
public final class RunLine {
    private final Semaphore turns;
    private final int room;
    private final Duration patience;
    private final AtomicInteger present = new AtomicInteger();

    /**
     * @param running
     *            how many may run at a time
     * @param waiting
     *            how many more may wait
     * @param patience
     *            and for how long
     */
    public RunLine(int running, int waiting, Duration patience) {
        this.turns = new Semaphore(running, true);
        this.room = running + waiting;
        this.patience = patience;
    }

    /** How many wait at this moment. */
    public int waiting() {
        return turns.getQueueLength();
    }

    /** Something to do when its turn comes. */
    public interface Turn<T> {
        T take() throws RunnerFailure, InterruptedException;
    }

    /**
     * Waits for a turn and takes it.
     *
     * @throws LineFullException
     *             at once, when too many wait already, or when its turn doesn't come in time
     */
    public <T> T enter(Turn<T> turn) throws RunnerFailure, InterruptedException {
        if (present.incrementAndGet() > room) {
            present.decrementAndGet();
            throw new LineFullException();
        }
        try {
            if (!turns.tryAcquire(patience.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new LineFullException();
            }
            try {
                return turn.take();
            } finally {
                turns.release();
            }
        } finally {
            present.decrementAndGet();
        }
    }

    /** Nothing was run; come back later. */
    public static final class LineFullException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        LineFullException() {
            super("all places to run and to wait are taken");
        }
    }
}
