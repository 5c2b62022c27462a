package dev.penstock.gateway.http;

import dev.penstock.gateway.jobs.JobView;
import dev.penstock.gateway.jobs.Waits;
import dev.penstock.gateway.store.StoredJob;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * Jobs as server-sent events. Each event is the whole job and its id the job's version, so a client that comes back with
 * {@code Last-Event-ID} misses nothing that still matters. The stream ends with the job.
 */
final class EventStreams {
    private static final String EVENT_STREAM = "text/event-stream";
    private static final long HEARTBEAT_MS = 15_000;
    /** How soon browsers come back after a broken connection, milliseconds. */
    private static final int RECONNECT_MS = 2_000;

    private final Vertx vertx;
    private final Waits waits;

    EventStreams(Vertx vertx, Waits waits) {
        this.vertx = vertx;
        this.waits = waits;
    }

    /** {@code GET /v1/jobs/{id}/events} */
    void follow(RoutingContext request) {
        request.request().resume();
        MediaTypes.requireAccepts(request.request(), EVENT_STREAM);
        Stream stream = new Stream(request, lastSeen(request.request()));
        Optional<Runnable> stop = waits.follow(Caller.of(request).tenant(), JobOperations.jobId(request), stream::next,
                stream::close);
        if (stop.isEmpty()) {
            request.fail(
                    Problem.of(ProblemType.UNAVAILABLE, "Too many requests wait or stream. Read the job now and then.")
                            .withHeader("Retry-After", "5")
                            .asException());
        } else {
            stream.onEnd(stop.get());
        }
    }

    /** What isn't one of our ids counts as none: the client gets the job as it is. */
    private static int lastSeen(HttpServerRequest request) {
        String id = request.getHeader("Last-Event-ID");
        return id != null && id.matches("\\d{1,9}") ? Integer.parseInt(id) : -1;
    }

    private final class Stream {
        private final RoutingContext request;
        private final HttpServerResponse response;
        private final long heartbeat;
        private int lastSeen;
        private @Nullable Runnable stop;
        /** The newest version that a slow reader has not been sent yet: it makes those before it superfluous. */
        private @Nullable StoredJob behind;

        Stream(RoutingContext request, int lastSeen) {
            this.request = request;
            this.response = request.response();
            this.lastSeen = lastSeen;
            this.heartbeat = vertx.setPeriodic(HEARTBEAT_MS, _ -> beat());
            response.closeHandler(_ -> end());
            response.exceptionHandler(_ -> end());
        }

        void onEnd(Runnable newStop) {
            stop = newStop;
            if (response.closed()) {
                end();
            }
        }

        void next(Optional<StoredJob> job) {
            if (response.closed() || response.ended()) {
                end();
            } else if (job.isEmpty()) {
                gone();
            } else {
                send(job.get());
            }
        }

        private void send(StoredJob job) {
            if (!response.headWritten() && job.status().terminal() && job.version() <= lastSeen) {
                // Tells an EventSource not to come back.
                response.setStatusCode(204).end();
                end();
                return;
            }
            if (response.writeQueueFull()) {
                waitForReader(job);
                return;
            }
            start();
            if (request.request().method().equals(HttpMethod.HEAD)) {
                response.end();
                end();
                return;
            }
            if (job.version() > lastSeen) {
                lastSeen = job.version();
                response.write("id: " + job.version() + "\nevent: " + job.status().name().toLowerCase(Locale.ROOT)
                        + "\ndata: " + Answer.text(JobView.of(job)) + "\n\n");
            }
            if (job.status().terminal()) {
                response.end();
                end();
            }
        }

        /** So no more than one version is kept for a client, however slowly it reads. */
        private void waitForReader(StoredJob job) {
            boolean waiting = behind != null;
            behind = job;
            if (!waiting) {
                response.drainHandler(_ -> {
                    StoredJob newest = behind;
                    behind = null;
                    if (newest != null) {
                        next(Optional.of(newest));
                    }
                });
            }
        }

        /** The client comes back by itself, to a gateway that is there; not all of them at the same moment. */
        void close() {
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
                request.fail(JobOperations.unknownJob());
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
