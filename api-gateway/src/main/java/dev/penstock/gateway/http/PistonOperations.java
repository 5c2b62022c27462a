package dev.penstock.gateway.http;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.penstock.contracts.Job;
import dev.penstock.contracts.JobError;
import dev.penstock.contracts.Json;
import dev.penstock.contracts.LanguageRuntime;
import dev.penstock.contracts.Program;
import dev.penstock.contracts.ProgramResult;
import dev.penstock.gateway.jobs.JobView;
import dev.penstock.gateway.jobs.Runtimes;
import dev.penstock.gateway.jobs.Submitting;
import dev.penstock.gateway.jobs.Waits;
import dev.penstock.gateway.store.NewJob;
import dev.penstock.gateway.store.StoredJob;
import io.vertx.core.Future;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/** Piston's API for its clients as they are: the job is queued like any other and waited for. */
final class PistonOperations {
    private static final String RETRY_AFTER = "1";

    private final Submitting submitting;
    private final Waits waits;
    private final Runtimes runtimes;
    private final Intake intake;
    private final Bodies bodies;
    private final Duration patience;

    /**
     * @param patience
     *            for which a job is waited for
     */
    PistonOperations(Submitting submitting, Waits waits, Runtimes runtimes, Intake intake, Bodies bodies,
            Duration patience) {
        this.submitting = submitting;
        this.waits = waits;
        this.runtimes = runtimes;
        this.intake = intake;
        this.bodies = bodies;
        this.patience = patience;
    }

    /** {@code GET /api/v2/runtimes} */
    Future<Answer> runtimes(RoutingContext request) {
        List<LanguageRuntime> known = runtimes.known().orElse(List.of());
        return Future.succeededFuture(Answer.json(200, known));
    }

    /** {@code POST /api/v2/execute} */
    Future<Answer> execute(RoutingContext request) {
        MediaTypes.requireJsonBody(request.request());
        String tenant = Caller.of(request).tenant();
        return bodies.read(request).compose(body -> {
            NewJob job = intake.accept(PistonRequest.read(JsonBody.parse(body), runtimes), tenant, "");
            return submitting.submit(job, Optional.empty())
                    .compose(submission -> submission instanceof Submitting.Submission.Refused refused
                            ? Future.failedFuture(LimitAnswers.of(refused))
                            : waits.unlessLost(waits.untilEnd(tenant, job.job().id(), patience))
                                    .map(seen -> LimitAnswers.withStanding(answer(seen, job.job()),
                                            submission.standing())));
        });
    }

    private Answer answer(Optional<Waits.Seen<StoredJob>> seen, Job job) {
        if (seen.isEmpty()) {
            throw goesOn(job.id(),
                    "The job is accepted, but the job store can't tell now what became of it. Read its URL"
                            + " for the result. Don't submit it again.",
                    JobOperations.RETRY_WITHOUT_WAIT);
        }
        StoredJob ended = seen.get().version().orElseThrow(JobOperations::unknownJob);
        if (!ended.status().terminal()) {
            throw goesOn(ended.id(), "The job goes on; read its URL for the result. Don't submit it again.",
                    seen.get().waited() ? RETRY_AFTER : JobOperations.RETRY_WITHOUT_WAIT);
        }
        return answer(ended, job.program());
    }

    private static ProblemException goesOn(String jobId, String detail, String retryAfter) {
        return Problem.of(ProblemType.STILL_RUNNING, detail)
                .withJob(JobView.url(jobId))
                .withHeader("Location", JobView.url(jobId))
                .withHeader("Retry-After", retryAfter)
                .asException();
    }

    private Answer answer(StoredJob ended, Program program) {
        if (ended.result() == null) {
            throw withoutResult(ended);
        }
        ProgramResult result = result(ended.result());
        LanguageRuntime runtime = runtimes.of(program.language())
                .flatMap(named -> named.stream().filter(one -> one.satisfies(program.version())).findFirst())
                .orElse(new LanguageRuntime(program.language(),
                        Objects.requireNonNullElse(program.version(), PistonRequest.ANY_VERSION), List.of()));
        // Pools that don't tell which version they used have one only, the announced one.
        return Answer.json(200, PistonAnswer.of(runtime.language(),
                Objects.requireNonNullElse(result.version(), runtime.version()), result));
    }

    private static ProblemException withoutResult(StoredJob ended) {
        JobError error = ended.error();
        if (error != null && error.code() == JobError.Code.REFUSED) {
            return Problem.invalid("", error.message()).asException();
        }
        String why = error == null ? "The job was cancelled." : error.message();
        return Problem.of(ProblemType.UNAVAILABLE, why)
                .withJob(JobView.url(ended.id()))
                .withHeader("Retry-After", JobOperations.RETRY_WITHOUT_WAIT)
                .asException();
    }

    private static ProgramResult result(String json) {
        try {
            return Json.MAPPER.readValue(json, ProgramResult.class);
        } catch (JsonProcessingException impossible) {
            throw new IllegalStateException("a stored result can't be read", impossible);
        }
    }
}
