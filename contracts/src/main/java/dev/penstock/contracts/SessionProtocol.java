package dev.penstock.contracts;

import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What a worker and the session container say to each other over HTTP ({@code POST /{language}/execute}, {@code GET
 * /runtimes}). The container's answers have more fields, for clients of Azure's shapes; these are the ones that count.
 */
public final class SessionProtocol {
    /** On every answer of the container, errors included, with {@link #VERSION}: without it the platform spoke. */
    public static final String MARKER_HEADER = "Penstock-Session";
    public static final String VERSION = "1";
    /** On every answer to a request that named a job: its id. */
    public static final String JOB_HEADER = "Penstock-Job";

    private SessionProtocol() {}

    /**
     * Body of an execute request.
     *
     * @param stdin
     *            {@code null} when there are tests
     * @param args
     *            of each test, too
     * @param keepBytes
     *            how long each stream may be in the answer, as JSON; what is longer is cut and marked. With this field the
     *            answer has the fields of {@link Answer} alone
     * @param tests
     *            inputs for the program, which is compiled once; {@code null} to run it once
     * @param testsWallTimeMs
     *            what the tests may take together, milliseconds; those that it doesn't come to are not run
     */
    public record Request(String jobId, String language, @Nullable String version, List<SourceFile> files,
            @Nullable String stdin, List<String> args, Limits limits, @Nullable Integer keepBytes,
            @Nullable List<Case> tests, @Nullable Long testsWallTimeMs) {
        public Request {
            Objects.requireNonNull(jobId, "jobId");
            Objects.requireNonNull(language, "language");
            files = List.copyOf(files);
            args = List.copyOf(Objects.requireNonNullElse(args, List.of()));
            limits = Objects.requireNonNullElse(limits, Limits.NONE);
        }

        /** To run a program once. */
        public static Request of(String jobId, Program program) {
            return new Request(jobId, program.language(), program.version(), program.files(), program.stdin(),
                    program.args(), program.limits(), Sizes.MAX_RESULT_BYTES, null, null);
        }

        /** To run a job, with all its tests if it has any, which may take that long together. */
        public static Request of(Job job, Duration testsWallTime) {
            if (job.tests().isEmpty()) {
                return of(job.id(), job.program());
            }
            Program program = job.program();
            int share = Case.share(job.tests().size());
            List<Case> cases = job.tests().stream().map(test -> Case.of(test, share)).toList();
            return new Request(job.id(), program.language(), program.version(), program.files(), null,
                    program.args(), program.limits(), Sizes.MAX_RESULT_BYTES, cases, testsWallTime.toMillis());
        }
    }

    /**
     * One input of a program. What should come of it stays with the worker: a program could look for it.
     *
     * @param keepBytes
     *            as in {@link Request}, for this case
     */
    public record Case(String stdin, @Nullable Integer keepBytes) {
        /** What all cases may print for reading, as JSON; the result that goes on is no longer. */
        private static final int SHARED_BYTES = 128 * 1024;
        private static final int LEAST_SHARE = 4 * 1024;

        public Case {
            stdin = Objects.requireNonNullElse(stdin, "");
        }

        static int share(int cases) {
            return Math.max(LEAST_SHARE, SHARED_BYTES / cases);
        }

        /**
         * Enough is kept to compare it with what is expected, even if white space that doesn't count is twice as long as
         * the text. The expected texts are part of a job, so they bound the answer.
         */
        static Case of(TestCase test, int share) {
            String expected = Objects.requireNonNullElse(test.expectedOutput(), "");
            return new Case(test.stdin(), share + 3 * Output.of(expected).encodedLength());
        }
    }

    /**
     * Body of the answer, status 200, whatever became of the program.
     *
     * @param jobId
     *            as it was sent; {@code null} when none was
     * @param tests
     *            one for each that was sent, in their order; {@code null} when none were
     */
    public record Answer(@Nullable String jobId, ProgramResult result, @Nullable List<CaseEnd> tests) {
        public Answer {
            Objects.requireNonNull(result, "result");
        }
    }

    /**
     * How one case ended.
     *
     * @param verdict
     *            {@code null} when it was not run, as is the run; the message has the reason
     */
    public record CaseEnd(@Nullable Verdict verdict, @Nullable String message, @Nullable StageResult run) {
    }

    /**
     * Body of the answer to {@code GET /runtimes}.
     *
     * @param isolation
     *            how programs are kept apart, for people
     */
    public record Runtimes(List<LanguageRuntime> runtimes, String isolation) {
        public Runtimes {
            runtimes = List.copyOf(runtimes);
            isolation = Objects.requireNonNullElse(isolation, "");
        }
    }

    /** Body of every answer that is no 2xx. */
    public record Failure(Detail error) {
        public Failure {
            Objects.requireNonNull(error, "error");
        }

        /**
         * What went wrong.
         *
         * @param code
         *            for programs, such as {@code UnknownLanguage}
         * @param message
         *            for people: what was wrong and what to do
         */
        public record Detail(String code, String message) {
            public Detail {
                code = Objects.requireNonNullElse(code, "");
                message = Objects.requireNonNullElse(message, "");
            }
        }
    }
}
