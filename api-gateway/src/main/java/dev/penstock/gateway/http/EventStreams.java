package dev.penstock.gateway.http;

import dev.penstock.gateway.jobs.JobView;
import dev.penstock.gateway.jobs.Waits;
import dev.penstock.gateway.store.StoredJob;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import java.util.Locale;
import java.util.Optional;
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
            start();
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

        /** The client comes back by itself, to a gateway that is there. */
        void close() {
            if (!response.ended() && !response.closed()) {
                response.end();
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
                response.setChunked(true);
                response.putHeader("Content-Type", EVENT_STREAM);
                response.write("retry: " + RECONNECT_MS + "\n\n");
            }
        }

        private void beat() {
            if (response.headWritten() && !response.ended() && !response.closed()) {
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
