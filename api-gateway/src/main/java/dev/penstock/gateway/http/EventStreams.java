package dev.penstock.gateway.http;

import dev.penstock.gateway.jobs.BatchView;
import dev.penstock.gateway.jobs.QueueWatch;
import dev.penstock.gateway.jobs.ViewJson;
import dev.penstock.gateway.jobs.Waits;
import dev.penstock.gateway.store.StoredBatch;
import dev.penstock.gateway.store.StoredJob;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Jobs and batches as server-sent events. Each event is the whole job, or a batch's progress, and its id grows with each
 * change, so a client that comes back with {@code Last-Event-ID} misses nothing that still matters. The stream ends with
 * the job or batch.
 */
final class EventStreams {
    private static final String EVENT_STREAM = "text/event-stream";
    private static final long NO_TIMER = -1;
    /** How soon browsers come back after a broken connection, milliseconds. */
    private static final int RECONNECT_MS = 2_000;

    private final Vertx vertx;
    private final Waits waits;
    private final QueueWatch queue;
    private final Duration pause;

    /**
     * @param pause
     *            between two signs of life
     */
    EventStreams(Vertx vertx, Waits waits, QueueWatch queue, Duration pause) {
        this.vertx = vertx;
        this.waits = waits;
        this.queue = queue;
        this.pause = pause;
    }

    /**
     * One event.
     *
     * @param id
     *            greater than that of the event before
     * @param last
     *            whether no other can follow
     */
    private record Event(int id, String name, Object data, boolean last) {
    }

    /** {@code GET /v1/jobs/{id}/events}: the events are named after the job's status */
    void followJob(RoutingContext request) {
        String tenant = Caller.of(request).tenant();
        String jobId = JobOperations.jobId(request);
        stream(new Stream<StoredJob>(request, this::event, JobOperations::unknownJob),
                stream -> waits.follow(tenant, jobId, stream));
    }

    /** {@code GET /v1/batches/{id}/events}: {@code progress} whenever jobs have ended, then {@code finished} */
    void followBatch(RoutingContext request) {
        String tenant = Caller.of(request).tenant();
        String batchId = BatchOperations.batchId(request);
        stream(new Stream<StoredBatch>(request, EventStreams::event, BatchOperations::unknownBatch),
                stream -> waits.followBatch(tenant, batchId, stream));
    }

    private <T> void stream(Stream<T> stream, Function<Stream<T>, Optional<Runnable>> follow) {
        stream.request.request().resume();
        MediaTypes.requireAccepts(stream.request.request(), EVENT_STREAM);
        Optional<Runnable> stop = follow.apply(stream);
        if (stop.isEmpty()) {
            stream.request.fail(
                    Problem.of(ProblemType.UNAVAILABLE, "Too many requests wait or stream. Read its URL now and then.")
                            .withHeader("Retry-After", "5")
                            .asException());
        } else {
            stream.begun(stop.get());
        }
    }

    private Event event(StoredJob job) {
        return new Event(job.version(), job.status().name().toLowerCase(Locale.ROOT), queue.view(job),
                job.status().terminal());
    }

    private static Event event(StoredBatch batch) {
        return new Event(batch.ended(), batch.finished() ? "finished" : "progress",
                BatchView.of(batch).withoutJobs(), batch.finished());
    }

    /** What isn't one of our ids counts as none: the client gets the job as it is. */
    private static int lastSeen(HttpServerRequest request) {
        String id = request.getHeader("Last-Event-ID");
        return id != null && id.matches("\\d{1,9}") ? Integer.parseInt(id) : -1;
    }

    private final class Stream<T> implements Waits.Viewer<T> {
        private final RoutingContext request;
        private final Function<T, Event> events;
        private final HttpServerResponse response;
        private long heartbeat = NO_TIMER;
        private final Supplier<ProblemException> unknown;
        private int lastSeen;
        private @Nullable Runnable stop;
        /** The newest version that a slow reader has not been sent yet: it makes those before it superfluous. */
        private @Nullable Event behind;

        Stream(RoutingContext request, Function<T, Event> events, Supplier<ProblemException> unknown) {
            this.request = request;
            this.events = events;
            this.response = request.response();
            this.lastSeen = lastSeen(request.request());
            this.unknown = unknown;
        }

        void begun(Runnable newStop) {
            heartbeat = vertx.setPeriodic(pause.toMillis(), _ -> beat());
            response.closeHandler(_ -> end());
            response.exceptionHandler(_ -> end());
            stop = newStop;
            if (response.closed() || response.ended()) {
                end();
            }
        }

        @Override
        public void next(Optional<T> version) {
            if (response.closed() || response.ended()) {
                end();
            } else if (version.isEmpty()) {
                gone();
            } else {
                send(events.apply(version.get()));
            }
        }

        /** A stream that has begun is worth waiting for. */
        @Override
        public boolean outlasts(Throwable failure) {
            if (response.headWritten()) {
                return true;
            }
            request.fail(failure);
            end();
            return false;
        }

        private void send(Event event) {
            if (!response.headWritten() && event.id() < lastSeen) {
                // An id that we can't have given counts as none.
                lastSeen = -1;
            }
            if (!response.headWritten() && event.last() && event.id() <= lastSeen) {
                // Tells an EventSource not to come back.
                response.setStatusCode(204).end();
                end();
                return;
            }
            if (response.writeQueueFull()) {
                waitForReader(event);
                return;
            }
            start();
            if (request.request().method().equals(HttpMethod.HEAD)) {
                response.end();
                end();
                return;
            }
            if (event.id() > lastSeen) {
                lastSeen = event.id();
                response.write(Buffer.buffer("id: " + event.id() + "\nevent: " + event.name() + "\ndata: ")
                        .appendBytes(ViewJson.bytes(event.data()))
                        .appendString("\n\n"));
            }
            if (event.last()) {
                response.end();
                end();
            }
        }

        /** So no more than one version is kept for a client, however slowly it reads. */
        private void waitForReader(Event event) {
            boolean waiting = behind != null;
            behind = event;
            if (!waiting) {
                response.drainHandler(_ -> {
                    Event newest = behind;
                    behind = null;
                    if (newest != null && !response.closed() && !response.ended()) {
                        send(newest);
                    }
                });
            }
        }

        /** The client comes back by itself, to a gateway that is there; not all of them at the same moment. */
        @Override
        public void stopping() {
            if (!response.headWritten()) {
                request.fail(Problem.of(ProblemType.UNAVAILABLE, "The gateway is stopping. Try again shortly.")
                        .withHeader("Retry-After", "2")
                        .asException());
            } else if (!response.ended() && !response.closed()) {
                response.end(
                        "retry: " + ThreadLocalRandom.current().nextInt(RECONNECT_MS / 4, RECONNECT_MS * 2) + "\n\n");
            }
            end();
        }

        private void gone() {
            if (response.headWritten()) {
                response.end();
            } else {
                request.fail(unknown.get());
            }
            end();
        }

        private void start() {
            if (!response.headWritten()) {
                response.putHeader("Content-Type", EVENT_STREAM);
                if (request.request().method().equals(HttpMethod.GET)) {
                    response.setChunked(true).write("retry: " + RECONNECT_MS + "\n\n");
                }
            }
        }

        private void beat() {
            if (response.headWritten() && !response.ended() && !response.closed() && !response.writeQueueFull()) {
                response.write(":\n\n");
            }
        }

        private void end() {
            vertx.cancelTimer(heartbeat);
            if (stop != null) {
                stop.run();
            }
        }
    }
}
