package dev.penstock.contracts;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.Instant;
import java.util.List;
import java.util.Objects;

/**
 * One accepted submission, as it travels on the {@code jobs} queue. The body of a job never changes on its way: what
 * changes between deliveries (attempt, requeues) is in {@link JobMessage}.
 *
 * @param version
 *            wire version; only {@link #VERSION} is understood
 * @param id
 *            chosen by the gateway, see {@link #isId(String)}
 * @param tenant
 *            whose job it is; opaque to workers
 * @param tests
 *            inputs with each of which the program is run, compiled once, in one session; empty: it is run once with its
 *            own stdin. The program's own stdin is empty then
 * @param deadline
 *            absolute: a job that has not started by then ends as {@code expired} without running
 */
public record Job(int version, String id, String tenant, Program program,
        @JsonInclude(JsonInclude.Include.NON_EMPTY) List<TestCase> tests, Instant submittedAt, Instant deadline,
        OnLost onLost) {
    public static final int VERSION = 1;

    public Job {
        if (version != VERSION) {
            throw new IllegalArgumentException("version " + version + " is not supported; this build reads " + VERSION);
        }
        if (!isId(id)) {
            throw new IllegalArgumentException("id must be 4 to 64 of [A-Za-z0-9_-]");
        }
        Objects.requireNonNull(tenant, "tenant");
        Objects.requireNonNull(program, "program");
        tests = List.copyOf(Objects.requireNonNullElse(tests, List.of()));
        if (tests.size() > Sizes.MAX_TESTS) {
            throw new IllegalArgumentException("tests must hold at most " + Sizes.MAX_TESTS + " cases");
        }
        if (!tests.isEmpty() && !program.stdin().isEmpty()) {
            throw new IllegalArgumentException("a program with tests has its stdin in each of them");
        }
        Objects.requireNonNull(submittedAt, "submittedAt");
        Objects.requireNonNull(deadline, "deadline");
        Objects.requireNonNull(onLost, "onLost");
    }

    /** A job that runs its program once. */
    public Job(int version, String id, String tenant, Program program, Instant submittedAt, Instant deadline,
            OnLost onLost) {
        this(version, id, tenant, program, List.of(), submittedAt, deadline, onLost);
    }

    /** The same job for one of its test cases alone. */
    public Job forTest(TestCase test) {
        return new Job(version, id, tenant, program.withStdin(test.stdin()), submittedAt, deadline, onLost);
    }

    /** The same job with another program. */
    public Job with(Program other) {
        return new Job(version, id, tenant, other, tests, submittedAt, deadline, onLost);
    }

    /** Whether the text may be a job's id: 4 to 64 characters of {@code [A-Za-z0-9_-]}. */
    public static boolean isId(String text) {
        return text.length() >= 4 && text.length() <= 64 && text.chars().allMatch(Job::isIdCharacter);
    }

    private static boolean isIdCharacter(int c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
    }
}
