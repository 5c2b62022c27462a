package dev.penstock.local.pool;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import java.util.Optional;
import java.util.Set;

/** Judges each request to the pool: who calls, for what, and whether there is room. Event loop only. */
final class PoolServer {
    private static final Set<HttpMethod> FORWARDED = Set.of(HttpMethod.GET, HttpMethod.HEAD, HttpMethod.POST,
            HttpMethod.PUT, HttpMethod.PATCH, HttpMethod.DELETE, HttpMethod.OPTIONS);

    private final Vertx vertx;
    private final Bearer token;
    private final SessionPool pool;
    private final Faults faults;
    private final Forwarder forwarder;
    private final Management management;
    private final PoolDescription description;
    private final Optional<AdminEndpoint> admin;
    private final PlatformAnswers answers;
    private final PoolEvents events;

    PoolServer(Vertx vertx, PoolConfig config, SessionPool pool, Faults faults, Forwarder forwarder,
            PlatformAnswers answers, PoolEvents events) {
        this.vertx = vertx;
        this.token = new Bearer(config.token());
        this.pool = pool;
        this.faults = faults;
        this.forwarder = forwarder;
        this.management = new Management(pool, forwarder, answers);
        this.description = new PoolDescription(config, pool);
        this.admin = config.adminKey()
                .map(key -> new AdminEndpoint(new Bearer(key), pool, faults, forwarder, answers, events));
        this.answers = answers;
        this.events = events;
    }

    void handle(HttpServerRequest request) {
        request.pause();
        attempt(request, () -> judge(request));
    }

    /** Nothing that goes wrong here may leave the caller waiting. */
    private void attempt(HttpServerRequest request, Step step) {
        try {
            step.take();
        } catch (BadRequestException refused) {
            answers.badRequest(request, refused);
        } catch (RuntimeException defect) {
            events.failed(defect);
            request.connection().close();
        }
    }

    private void judge(HttpServerRequest request) throws BadRequestException {
        String path = request.path();
        if (path == null || !path.startsWith("/")) {
            throw new BadRequestException(BadRequestException.NOT_SUPPORTED, "path", "The path must begin with /.");
        }
        if (admin.isPresent() && path.startsWith(AdminEndpoint.ROOT)) {
            admin.get().handle(request, path);
        } else if (!token.isIn(request)) {
            answers.unauthorized(request, "Send the pool's bearer token in the Authorization header.");
        } else if (PoolDescription.owns(request, path)) {
            describe(request, path);
        } else if (Management.owns(path)) {
            Query query = Query.of(request);
            strike(request, Faults.RequestKind.MANAGEMENT, fault -> manage(request, path, query, fault));
        } else {
            toSession(request);
        }
    }

    private void describe(HttpServerRequest request, String path) {
        if (description.names(path)) {
            answers.json(request, 200, description.at(path, String.valueOf(request.authority())), AnswerKind.MANAGED);
        } else {
            answers.error(request, 404, "ResourceNotFound", "name", "This pool has another name.", AnswerKind.REFUSED);
        }
    }

    private void toSession(HttpServerRequest request) throws BadRequestException {
        if (!FORWARDED.contains(request.method())) {
            throw new BadRequestException(BadRequestException.NOT_SUPPORTED, "method",
                    "A request with this method can't be forwarded to a session.");
        }
        String identifier = Query.of(request).identifier();
        var kind = pool.knows(identifier) ? Faults.RequestKind.KNOWN_SESSION : Faults.RequestKind.NEW_SESSION;
        strike(request, kind, fault -> admit(request, identifier, fault));
    }

    /** Lets the faults that apply to this request have their way, then goes on with what they left. */
    private void strike(HttpServerRequest request, Faults.RequestKind kind, StruckStep next)
            throws BadRequestException {
        Faults.Strike strike = faults.strike(kind);
        if (strike.delay().isZero()) {
            answerOr(request, strike.fault(), next);
        } else {
            vertx.setTimer(Math.max(1, strike.delay().toMillis()), late -> {
                if (request.response().closed()) {
                    events.answered(AnswerKind.ABANDONED);
                } else {
                    attempt(request, () -> answerOr(request, strike.fault(), next));
                }
            });
        }
    }

    private void answerOr(HttpServerRequest request, Optional<Fault> fault, StruckStep next)
            throws BadRequestException {
        switch (fault.orElse(null)) {
            case Fault.Answer(int status, String body, var headers) -> {
                headers.forEach(request.response()::putHeader);
                answers.text(request, status, body, AnswerKind.INJECTED);
            }
            case Fault.Cut(var moment) when moment == Fault.Moment.BEFORE_FORWARDING -> cut(request);
            case null, default -> next.take(fault);
        }
    }

    private void manage(HttpServerRequest request, String path, Query query, Optional<Fault> fault)
            throws BadRequestException {
        Runnable answer = management.perform(request, path, query);
        if (fault.isPresent()) {
            cut(request);
        } else {
            answer.run();
        }
    }

    private void admit(HttpServerRequest request, String identifier, Optional<Fault> fault) {
        if (fault.orElse(null) instanceof Fault.Busy(int status)) {
            answers.noSession(request, status, identifier, AnswerKind.INJECTED);
        } else if (forwarder.overloaded()) {
            answers.error(request, 503, "ServiceUnavailable", "pool",
                    "Too many requests are in flight: try again later.", AnswerKind.OVERLOADED);
        } else {
            switch (pool.admit(identifier)) {
                case Admission.Admitted admitted -> forwarder.forward(request, admitted, cutAt(fault));
                case Admission.Refused.FULL -> noSession(request, identifier, AnswerKind.FULL);
                case Admission.Refused.NOT_READY -> noSession(request, identifier, AnswerKind.NOT_READY);
            }
        }
    }

    private static Optional<Fault.Moment> cutAt(Optional<Fault> fault) {
        return fault.map(cut -> cut instanceof Fault.Cut(var moment) ? moment : null);
    }

    private void noSession(HttpServerRequest request, String identifier, AnswerKind kind) {
        PoolSettings settings = pool.settings();
        int status = faults.chance(settings.full500Percent()) ? 500 : settings.fullStatus();
        answers.noSession(request, status, identifier, kind);
    }

    private void cut(HttpServerRequest request) {
        events.answered(AnswerKind.INJECTED);
        request.connection().close();
    }

    private interface Step {
        void take() throws BadRequestException;
    }

    private interface StruckStep {
        void take(Optional<Fault> fault) throws BadRequestException;
    }
}
