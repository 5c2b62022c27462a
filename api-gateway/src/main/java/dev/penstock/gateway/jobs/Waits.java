package dev.penstock.gateway.jobs;

import dev.penstock.gateway.process.GatewayEvents;
import dev.penstock.gateway.store.JobReader;
import dev.penstock.gateway.store.StoredJob;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** Waiting for jobs to change. All methods belong to the gateway's event loop. */
public final class Waits {
    private final JobReader reader;
    private final Watchers watchers;
    private final GatewayEvents events;

    /**
     * @param most
     *            how many may wait or follow at the same time
     */
    public Waits(JobReader reader, int most, GatewayEvents events) {
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
        watchers.tellAll(Watchers.Word.STOPPING);
    }

    /** The job changed: for the last time, if it ended. */
    public void changed(String jobId, boolean ended) {
        watchers.tell(jobId, ended ? Watchers.Word.ENDED : Watchers.Word.CHANGED);
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
                if (read.succeeded()) {
                    versions.accept(read.result());
                } else {
                    events.storeDown(read.cause());
                }
                if (again && !stopped) {
                    again = false;
                    read();
                }
            });
        }
    }
}
