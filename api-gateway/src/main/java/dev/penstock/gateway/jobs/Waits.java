package dev.penstock.gateway.jobs;

import dev.penstock.gateway.process.GatewayEvents;
import dev.penstock.gateway.store.BatchReader;
import dev.penstock.gateway.store.JobReader;
import dev.penstock.gateway.store.StoredBatch;
import dev.penstock.gateway.store.StoredJob;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.function.Supplier;

/** Waiting for jobs and batches to change. All methods belong to the gateway's event loop. */
public final class Waits {
    private static final long PAUSE_AFTER_FAILURE_MS = 1_000;

    private final Vertx vertx;
    private final JobReader reader;
    private final BatchReader batches;
    private final Watchers watchers;
    private final GatewayEvents events;

    /**
     * @param most
     *            how many may wait or follow at the same time
     * @param mostOfTenant
     *            how many of them for one tenant
     */
    public Waits(Vertx vertx, JobReader reader, BatchReader batches, int most, int mostOfTenant,
            GatewayEvents events) {
        this.vertx = vertx;
        this.reader = reader;
        this.batches = batches;
        this.watchers = new Watchers(most, mostOfTenant);
        this.events = events;
    }

    /**
     * What was found in the end.
     *
     * @param waited
     *            whether the end was waited for as long as was wanted; not when too many wait already, or the gateway stops
     */
    public record Seen<T>(Optional<T> version, boolean waited) {
    }

    /** The job as soon as it has ended, or as it is after that time, or at once when there is no waiting. */
    public Future<Seen<StoredJob>> untilEnd(String tenant, String jobId, Duration patience) {
        return until(tenant, jobId, () -> reader.find(tenant, jobId), job -> job.status().terminal(), patience);
    }

    /** As {@link #untilEnd}, of a batch. */
    public Future<Seen<StoredBatch>> untilBatchEnd(String tenant, String batchId, Duration patience) {
        return until(tenant, batchId, () -> batches.find(tenant, batchId), StoredBatch::finished, patience);
    }

    /**
     * The result of waiting for what was accepted just now; empty when the store fails meanwhile, which makes it no less
     * accepted.
     */
    public <T> Future<Optional<Seen<T>>> unlessLost(Future<Seen<T>> waiting) {
        return waiting.map(Optional::of).otherwise(failure -> {
            events.storeDown(failure);
            return Optional.empty();
        });
    }

    /** Who follows a job or batch. */
    public interface Viewer<T> {
        /** As it is now and after changes, the last one always; empty when it is not there any more. */
        void next(Optional<T> version);

        /** It could not be read; whether to go on until it can. */
        boolean outlasts(Throwable failure);

        /** The gateway stops. */
        void stopping();
    }

    /**
     * Follows a job.
     *
     * @return stops following when run; empty when too many follow already
     */
    public Optional<Runnable> follow(String tenant, String jobId, Viewer<StoredJob> viewer) {
        return follow(tenant, jobId, new Follower<>(() -> reader.find(tenant, jobId), viewer));
    }

    /** As {@link #follow}, of a batch's progress. */
    public Optional<Runnable> followBatch(String tenant, String batchId, Viewer<StoredBatch> viewer) {
        return follow(tenant, batchId, new Follower<>(() -> batches.progress(tenant, batchId), viewer));
    }

    private <T> Future<Seen<T>> until(String tenant, String id, Supplier<Future<Optional<T>>> reading,
            Predicate<T> ended, Duration patience) {
        Promise<Void> end = Promise.promise();
        Optional<Watchers.Watch> watch = watchers.add(tenant, id, word -> {
            if (word != Watchers.Word.CHANGED) {
                end.tryComplete();
            }
        });
        Future<Optional<T>> now = reading.get();
        if (watch.isEmpty()) {
            events.waitRefused();
            return now.map(found -> new Seen<>(found, false));
        }
        return now.compose(found -> found.isEmpty() || ended.test(found.get()) || patience.isZero()
                ? Future.succeededFuture(new Seen<>(found, true))
                : end.future()
                        .timeout(patience.toMillis(), TimeUnit.MILLISECONDS)
                        .transform(_ -> reading.get())
                        .map(later -> new Seen<>(later, !watchers.stopping())))
                .onComplete(_ -> watch.get().stop());
    }

    private Optional<Runnable> follow(String tenant, String id, Follower<?> follower) {
        Optional<Watchers.Watch> watch = watchers.add(tenant, id, word -> {
            if (word == Watchers.Word.STOPPING) {
                follower.viewer.stopping();
            } else {
                follower.read();
            }
        });
        if (watch.isEmpty()) {
            events.waitRefused();
            return Optional.empty();
        }
        follower.read();
        return Optional.of(() -> {
            follower.stopped = true;
            watch.get().stop();
        });
    }

    /** The gateway is about to stop: who waits is answered with the job as it is, streams end. */
    public void stop() {
        watchers.tellAllOfStopping();
    }

    /** The job or batch changed: for the last time, if it ended. */
    public void changed(String id, boolean ended) {
        watchers.tell(id, ended ? Watchers.Word.ENDED : Watchers.Word.CHANGED);
    }

    /** Changes may have been missed: looks at every watched job, one after the other so as to leave room for others. */
    public void missedSome() {
        check(new ArrayDeque<>(watchers.jobs()));
    }

    private void check(Deque<String> jobIds) {
        if (jobIds.isEmpty()) {
            return;
        }
        reader.hasEnded(jobIds.getFirst()).onSuccess(ended -> {
            changed(jobIds.removeFirst(), ended);
            check(jobIds);
        }).onFailure(failure -> {
            events.storeDown(failure);
            vertx.setTimer(PAUSE_AFTER_FAILURE_MS, _ -> check(jobIds));
        });
    }

    /** Reads after changes, one read at a time: changes during a read lead to one more. */
    private final class Follower<T> {
        private final Supplier<Future<Optional<T>>> reading;
        private final Viewer<T> viewer;
        private boolean busy;
        private boolean again;
        private boolean stopped;

        Follower(Supplier<Future<Optional<T>>> reading, Viewer<T> viewer) {
            this.reading = reading;
            this.viewer = viewer;
        }

        private void readUnlessStopped() {
            if (!stopped) {
                read();
            }
        }

        void read() {
            if (busy) {
                again = true;
                return;
            }
            busy = true;
            reading.get().onComplete(read -> {
                busy = false;
                if (stopped) {
                    return;
                }
                if (read.failed()) {
                    if (viewer.outlasts(read.cause())) {
                        events.storeDown(read.cause());
                        vertx.setTimer(PAUSE_AFTER_FAILURE_MS, _ -> readUnlessStopped());
                    }
                    return;
                }
                viewer.next(read.result());
                if (again) {
                    again = false;
                    readUnlessStopped();
                }
            });
        }
    }
}
