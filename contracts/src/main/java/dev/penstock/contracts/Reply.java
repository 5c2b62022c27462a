package dev.penstock.contracts;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.annotation.JsonTypeName;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** What workers say on the {@code results} queue. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
@JsonSubTypes({@JsonSubTypes.Type(Reply.Finished.class), @JsonSubTypes.Type(Reply.Progressed.class),
        @JsonSubTypes.Type(Reply.RuntimesAnnounced.class), @JsonSubTypes.Type(Reply.WorkerAnnounced.class)})
public sealed interface Reply {
    /** Wire version of every reply. */
    int VERSION = 1;

    int version();

    /**
     * A job ended. The store keeps the first of these for a job and counts the others (decision 3).
     *
     * @param status
     *            terminal
     * @param result
     *            {@code null} when no program ran
     * @param error
     *            {@code null} when one did
     * @param startedAt
     *            when the call to the session was made; {@code null} when none was
     */
    @JsonTypeName("finished")
    record Finished(int version, String jobId, Status status, @Nullable ProgramResult result, @Nullable JobError error,
            int attempt, int requeues, @Nullable Instant startedAt, Instant finishedAt) implements Reply {
        public Finished {
            requireVersion(version);
            requireJobId(jobId);
            Objects.requireNonNull(finishedAt, "finishedAt");
            if (!status.terminal()) {
                throw new IllegalArgumentException("status must be terminal");
            }
            if (result == null && error == null) {
                throw new IllegalArgumentException("a finished job has a result or an error");
            }
        }

        /** The program ran; its verdict decides between {@code succeeded} and {@code failed}. */
        public static Finished ran(JobMessage message, ProgramResult result, Instant startedAt, Instant finishedAt) {
            Status status = result.verdict() == Verdict.OK ? Status.SUCCEEDED : Status.FAILED;
            return new Finished(VERSION, message.job().id(), status, result, null, message.attempt(),
                    message.requeues(), startedAt, finishedAt);
        }

        /** The platform gave up, or the request was refused, or the deadline passed. */
        public static Finished gaveUp(JobMessage message, JobError error, Instant finishedAt) {
            Status status = error.code() == JobError.Code.DEADLINE_PASSED ? Status.EXPIRED : Status.FAILED;
            return new Finished(VERSION, message.job().id(), status, null, error, message.attempt(), message.requeues(),
                    null, finishedAt);
        }
    }

    /**
     * A job started, or went back to the queue. Best effort; one that comes late is ignored: it applies only when
     * ({@code attempt - 1 + requeues}, {@code deliveryCount}, {@code phase}) is greater than what was seen
     * before (decisions 8 and 35).
     *
     * @param attempt
     *            of the message in hand, as are the requeues; for {@link Phase#QUEUED} of the copy that was scheduled
     * @param deliveryCount
     *            failed deliveries of the message in hand before this one
     */
    @JsonTypeName("progressed")
    record Progressed(int version, String jobId, Phase phase, int attempt, int requeues, long deliveryCount, Instant at)
            implements
                Reply {
        public Progressed {
            requireVersion(version);
            requireJobId(jobId);
            Objects.requireNonNull(phase, "phase");
            Objects.requireNonNull(at, "at");
        }
    }

    /** Later phases of one delivery are greater. */
    enum Phase {
        @JsonProperty("queued")
        QUEUED, @JsonProperty("running")
        RUNNING
    }

    /** What a worker's pool can run, said at start and now and then (decision 15). */
    @JsonTypeName("runtimes")
    record RuntimesAnnounced(int version, List<LanguageRuntime> runtimes, Instant at) implements Reply {
        public RuntimesAnnounced {
            requireVersion(version);
            runtimes = List.copyOf(runtimes);
            Objects.requireNonNull(at, "at");
        }
    }

    /**
     * A worker lives; said at start, every few seconds, and once more when it drains. Best effort: of one worker, what was
     * said last counts, and only for as long as it says.
     *
     * @param worker
     *            a random name that it keeps while it lives; of the form of a job's id
     * @param slots
     *            how many slots it holds
     * @param believeForMs
     *            how long it may be taken to live, from now on; 0 when it leaves
     * @param at
     *            by the worker's own clock
     */
    @JsonTypeName("worker")
    record WorkerAnnounced(int version, String worker, int slots, long believeForMs, Instant at) implements Reply {
        public WorkerAnnounced {
            requireVersion(version);
            if (!Job.isId(worker)) {
                throw new IllegalArgumentException("worker must be 4 to 64 of [A-Za-z0-9_-]");
            }
            if (slots < 0 || believeForMs < 0) {
                throw new IllegalArgumentException("slots and believeForMs must not be negative");
            }
            Objects.requireNonNull(at, "at");
        }
    }

    private static void requireVersion(int version) {
        if (version != VERSION) {
            throw new IllegalArgumentException("version " + version + " is not supported; this build reads " + VERSION);
        }
    }

    private static void requireJobId(String jobId) {
        if (!Job.isId(jobId)) {
            throw new IllegalArgumentException("jobId must be 4 to 64 of [A-Za-z0-9_-]");
        }
    }
}
