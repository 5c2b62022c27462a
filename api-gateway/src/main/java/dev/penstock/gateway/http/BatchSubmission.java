package dev.penstock.gateway.http;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;

/** What a caller submits as a batch: many jobs that have nothing to do with each other. */
record BatchSubmission(List<Entry> entries, Optional<WebhookRequest> webhook) {
    static final int MOST_JOBS = 1_000;

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
        Fields fields = new Fields(body).allowing(Set.of("jobs", "webhook"));
        List<Entry> entries = jobs(fields);
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
}
