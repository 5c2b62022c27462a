package dev.penstock.gateway.jobs;

import dev.penstock.gateway.process.GatewayEvents;
import dev.penstock.gateway.store.JobReader;
import dev.penstock.gateway.store.StoredJob;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** Waiting for jobs to change. All methods belong to the gateway's event loop. */
public final class Waits {
    private static final long PAUSE_AFTER_FAILURE_MS = 1_000;

    private final Vertx vertx;
    private final JobReader reader;
    private final Watchers watchers;
    private final GatewayEvents events;

    /**
     * @param most
     *            how many may wait or follow at the same time
     */
    public Waits(Vertx vertx, JobReader reader, int most, GatewayEvents events) {
        this.vertx = vertx;
        this.reader = reader;
        this.watchers = new Watchers(most);
        this.events = events;
    }

    /** The job as soon as it has ended, or as it is after that time, or at once when too many wait already. */
    public Future<Optional<StoredJob>> untilEnd(String tenant, String jobId, Duration patience) {
        Promise<Void> end = Promise.promise();
        Optional<Watchers.Watch> watch = watchers.add(jobId, word -> {
            if (word != Watchers.Word.CHANGED) {
                end.tryComplete();
            }
        });
        Future<Optional<StoredJob>> now = reader.find(tenant, jobId);
        if (watch.isEmpty()) {
            events.waitRefused();
            return now;
        }
        return now.compose(found -> found.isEmpty() || found.get().status().terminal()
                ? Future.succeededFuture(found)
                : end.future()
                        .timeout(patience.toMillis(), TimeUnit.MILLISECONDS)
                        .transform(_ -> reader.find(tenant, jobId)))
                .onComplete(_ -> watch.get().stop());
    }

    /**
     * Follows a job.
     *
     * @param versions
     *            is given the job now and after changes, the last one always; empty when the job is not there any more
     * @param stopping
     *            is run when the gateway stops
     * @return stops following when run; empty when too many follow already
     */
    public Optional<Runnable> follow(String tenant, String jobId, Consumer<Optional<StoredJob>> versions,
            Runnable stopping) {
        Follower follower = new Follower(tenant, jobId, versions);
        Optional<Watchers.Watch> watch = watchers.add(jobId, word -> {
            if (word == Watchers.Word.STOPPING) {
                stopping.run();
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

    /** The job changed: for the last time, if it ended. */
    public void changed(String jobId, boolean ended) {
        watchers.tell(jobId, ended ? Watchers.Word.ENDED : Watchers.Word.CHANGED);
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

    /** Reads the job after changes, one read at a time: changes during a read lead to one more. */
    private final class Follower {
        private final String tenant;
        private final String jobId;
        private final Consumer<Optional<StoredJob>> versions;
        private boolean reading;
        private boolean again;
        private boolean stopped;

        Follower(String tenant, String jobId, Consumer<Optional<StoredJob>> versions) {
            this.tenant = tenant;
            this.jobId = jobId;
            this.versions = versions;
        }

        private void readUnlessStopped() {
            if (!stopped) {
                read();
            }
        }

        void read() {
            if (reading) {
                again = true;
                return;
            }
            reading = true;
            reader.find(tenant, jobId).onComplete(read -> {
                reading = false;
                if (stopped) {
                    return;
                }
                if (read.failed()) {
                    events.storeDown(read.cause());
                    vertx.setTimer(PAUSE_AFTER_FAILURE_MS, _ -> readUnlessStopped());
                    return;
                }
                versions.accept(read.result());
                if (again) {
                    again = false;
                    readUnlessStopped();
                }
            });
        }
    }
}
