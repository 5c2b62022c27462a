package dev.penstock.contracts;

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

    /** Body of an execute request. */
    public record Request(String jobId, String language, @Nullable String version, List<SourceFile> files, String stdin,
            List<String> args, Limits limits) {
        public Request {
            Objects.requireNonNull(jobId, "jobId");
            Objects.requireNonNull(language, "language");
            files = List.copyOf(files);
            stdin = Objects.requireNonNullElse(stdin, "");
            args = List.copyOf(Objects.requireNonNullElse(args, List.of()));
            limits = Objects.requireNonNullElse(limits, Limits.NONE);
        }

        public static Request of(String jobId, Program program) {
            return new Request(jobId, program.language(), program.version(), program.files(), program.stdin(),
                    program.args(), program.limits());
        }
    }

    /**
     * Body of the answer, status 200, whatever became of the program.
     *
     * @param jobId
     *            as it was sent; {@code null} when none was
     */
    public record Answer(@Nullable String jobId, ProgramResult result) {
        public Answer {
            Objects.requireNonNull(result, "result");
        }
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
