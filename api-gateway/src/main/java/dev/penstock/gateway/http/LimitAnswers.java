package dev.penstock.gateway.http;

import dev.penstock.gateway.jobs.Admission;
import dev.penstock.gateway.jobs.Refusal;
import dev.penstock.gateway.jobs.Standing;
import dev.penstock.gateway.jobs.Submitting;
import dev.penstock.gateway.store.RateLimit;
import dev.penstock.gateway.store.TenantLimits;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Limits as callers see them: the headers {@code RateLimit-Policy} and {@code RateLimit} of the HTTP working group's draft
 * (draft-ietf-httpapi-ratelimit-headers-10), and what a refusal is answered with.
 */
final class LimitAnswers {
    private static final String POLICY = "RateLimit-Policy";
    private static final String STATE = "RateLimit";

    private LimitAnswers() {}

    /** The answer with the headers that tell where its caller stands; without limits there are none. */
    static Answer withStanding(Answer answer, Standing standing) {
        Answer told = answer;
        for (Map.Entry<String, String> header : headers(standing).entrySet()) {
            told = told.with(header.getKey(), header.getValue());
        }
        return told;
    }

    /** Why a submission was refused, and when to come back. */
    static ProblemException of(Submitting.Submission.Refused refused) {
        Problem problem = problem(refused.reason());
        for (Map.Entry<String, String> header : headers(refused.standing()).entrySet()) {
            problem = problem.withHeader(header.getKey(), header.getValue());
        }
        return problem.asException();
    }

    private static Problem problem(Refusal reason) {
        String seconds = Long.toString(Math.max(1, roundedUp(reason.retryAfter())));
        return switch (reason) {
            case Refusal.TooFast(RateLimit limit, _) -> Problem
                    .of(ProblemType.RATE_LIMITED,
                            "You may submit " + limit.jobs() + " jobs in " + text(limit.window()) + ". Try again in "
                                    + seconds + " s.")
                    .withHeader("Retry-After", seconds);
            case Refusal.TooManyOpen(long most, _) -> Problem
                    .of(ProblemType.QUOTA_EXHAUSTED,
                            "You may have " + most + " jobs that have not ended. "
                                    + (isFarOff(reason)
                                            ? "No place will be free within a day."
                                            : "A place should be free in " + seconds + " s."))
                    .withHeader("Retry-After", seconds);
            case Refusal.LargerThanQuota(long most) -> Problem.of(ProblemType.QUOTA_EXHAUSTED,
                    "You may have " + most + " jobs that have not ended, and this alone has more. Submit fewer at a"
                            + " time, or ask the operator for more.");
            case Refusal.WaitTooLong(Duration expected, _) -> Problem
                    .of(ProblemType.OVERLOADED,
                            "A job would wait for about " + text(expected) + ". Nothing was accepted; the queue "
                                    + (isFarOff(reason)
                                            ? "will not be short enough within a day."
                                            : "should be short enough in " + seconds + " s."))
                    .withHeader("Retry-After", seconds);
            case Refusal.NothingServed(Duration since, _) -> Problem
                    .of(ProblemType.OVERLOADED,
                            "Jobs have been waiting for " + text(since) + " and none was served. Nothing was accepted;"
                                    + " when that changes isn't known. Look again in " + seconds + " s.")
                    .withHeader("Retry-After", seconds);
        };
    }

    private static boolean isFarOff(Refusal reason) {
        return reason.retryAfter().compareTo(Admission.LONGEST) >= 0;
    }

    private static Map<String, String> headers(Standing standing) {
        StringBuilder policy = new StringBuilder();
        StringBuilder state = new StringBuilder();
        RateLimit rate = standing.limits().rate();
        if (!rate.unlimited()) {
            policy.append("\"jobs\";q=").append(rate.jobs()).append(";w=").append(roundedUp(rate.window()));
            state.append("\"jobs\";r=").append(standing.rateRemaining());
            state.append(";t=").append(roundedUp(standing.untilFull()));
        }
        long most = standing.limits().maxOpenJobs();
        if (most != TenantLimits.UNLIMITED) {
            policy.append(policy.isEmpty() ? "" : ", ").append("\"open-jobs\";q=").append(most);
            standing.openRemaining()
                    .ifPresent(remaining -> state.append(state.isEmpty() ? "" : ", ")
                            .append("\"open-jobs\";r=")
                            .append(remaining));
        }
        Map<String, String> headers = new LinkedHashMap<>();
        if (!policy.isEmpty()) {
            headers.put(POLICY, policy.toString());
        }
        if (!state.isEmpty()) {
            headers.put(STATE, state.toString());
        }
        return headers;
    }

    private static long roundedUp(Duration time) {
        return time.plusMillis(999).toSeconds();
    }

    private static String text(Duration time) {
        return time.toMillis() < 1_000 ? time.toMillis() + " ms" : roundedUp(time) + " s";
    }
}
