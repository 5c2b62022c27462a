package dev.penstock.gateway.http;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.penstock.contracts.Sizes;
import dev.penstock.gateway.store.NewJob;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;

/** What a caller submits as a batch: many jobs, or one program with many inputs. */
record BatchSubmission(List<Entry> entries, Optional<WebhookRequest> webhook) {
    static final int MOST_JOBS = 1_000;
    private static final int LONGEST_TEST_ID = 64;

    /**
     * One job of it.
     *
     * @param pointer
     *            to where it is described in the body
     */
    record Entry(Submission submission, String pointer) {
    }

    /**
     * Reads a batch.
     *
     * @throws ProblemException
     *             400 with a pointer to each mistake: either all jobs are accepted or none
     */
    static BatchSubmission from(ObjectNode body) {
        Fields fields = new Fields(body).allowing(Set.of("jobs", "program", "tests", "webhook"));
        if (fields.has("jobs") == (fields.has("program") || fields.has("tests"))) {
            fields.wrong("", "must have either 'jobs', or 'program' and 'tests'");
        }
        List<Entry> entries = fields.has("jobs") ? jobs(fields) : tests(fields);
        Optional<WebhookRequest> webhook = WebhookRequest.read(fields);
        fields.verify();
        return new BatchSubmission(entries, webhook);
    }

    private static List<Entry> jobs(Fields fields) {
        List<Fields> jobs = fields.objects("jobs", MOST_JOBS);
        if (jobs.isEmpty()) {
            fields.wrong("jobs", "must hold 1 to " + MOST_JOBS + " jobs");
        }
        return IntStream.range(0, jobs.size())
                .mapToObj(i -> Submission.read(jobs.get(i)).map(submission -> new Entry(submission, "/jobs/" + i)))
                .flatMap(Optional::stream)
                .toList();
    }

    private static List<Entry> tests(Fields fields) {
        Optional<Submission> program = fields.object("program").flatMap(Submission::read);
        List<Fields> tests = fields.objects("tests", MOST_JOBS);
        if (!fields.has("program")) {
            fields.wrong("program", "is missing");
        }
        if (tests.isEmpty()) {
            fields.wrong("tests", "must hold 1 to " + MOST_JOBS + " tests");
        }
        Set<String> ids = new HashSet<>();
        return tests.stream().flatMap(test -> entry(test, program, ids).stream()).toList();
    }

    private static Optional<Entry> entry(Fields test, Optional<Submission> program, Set<String> ids) {
        test.allowing(Set.of("id", "stdin", "expectedOutput"));
        String id = test.required("id", test.textWithoutNul("id", LONGEST_TEST_ID));
        if (!ids.add(id)) {
            test.wrong("id", "must not be the id of another test");
        }
        String stdin = test.text("stdin", Sizes.MAX_JOB_BYTES).orElse("");
        Optional<String> expected = test.text("expectedOutput", Sizes.MAX_JOB_BYTES);
        return program.map(one -> new Entry(one.forTest(new NewJob.Test(id, expected), stdin), "/program"));
    }
}
