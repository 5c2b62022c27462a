package dev.penstock.worker;

import dev.penstock.contracts.Job;
import dev.penstock.contracts.Limits;
import dev.penstock.contracts.OnLost;
import dev.penstock.contracts.Program;
import dev.penstock.contracts.SourceFile;
import dev.penstock.contracts.TestCase;
import java.time.Instant;
import java.util.List;

/** Jobs for tests. */
public final class Jobs {
    private Jobs() {}

    /** A job that has an hour. */
    public static Job job(String id, String code) {
        return job(id, code, Instant.now().plusSeconds(3600), OnLost.RETRY);
    }

    public static Job job(String id, String code, Instant deadline, OnLost onLost) {
        return new Job(Job.VERSION, id, "tenant", program("python", code), Instant.now(), deadline, onLost);
    }

    /** One that prints what it is given, to be run with each of those inputs. */
    public static Job tested(String language, OnLost onLost, TestCase... tests) {
        return new Job(Job.VERSION, "job-1", "tenant", program(language, "cat").withStdin(""), List.of(tests),
                Instant.now(), Instant.now().plusSeconds(3600), onLost);
    }

    public static Program program(String language, String code) {
        return new Program(language, null, List.of(new SourceFile("main", code)), "some input", List.of(), Limits.NONE);
    }

    public static Job of(String id, Program program) {
        return new Job(Job.VERSION, id, "tenant", program, Instant.now(), Instant.now().plusSeconds(3600),
                OnLost.RETRY);
    }
}
