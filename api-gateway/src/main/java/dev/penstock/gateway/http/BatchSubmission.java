package dev.penstock.gateway.http;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;

/** What a caller submits as a batch: many jobs that have nothing to do with each other. */
record BatchSubmission(List<Entry> entries, Map<String, String> labels, WebhookChoice webhook) {
    static final int MOST_JOBS = 1_000;

    /**
     * One job of it.
     *
     * @param pointer
     *            to where it is described in the body
     */
    record Entry(Submission submission, String pointer) {
        /** With the batch's labels too; its own of the same name count. */
        Entry labelled(Map<String, String> ofBatch, Fields fields) {
            Submission with = submission.inBatch(ofBatch);
            if (with.labels().size() > Submission.MOST_LABELS) {
                fields.wrongAt(pointer + "/labels",
                        "must be, with the batch's, at most " + Submission.MOST_LABELS + " labels");
            }
            return new Entry(with, pointer);
        }
    }

    /**
     * Reads a batch.
     *
     * @throws ProblemException
     *             400 with a pointer to each mistake: either all jobs are accepted or none
     */
    static BatchSubmission from(ObjectNode body) {
        Fields fields = new Fields(body).allowing(Set.of("jobs", "labels", "webhook"));
        Map<String, String> labels = Submission.labels(fields);
        List<Entry> labelled = jobs(fields).stream().map(entry -> entry.labelled(labels, fields)).toList();
        WebhookChoice webhook = WebhookChoice.read(fields);
        fields.verify();
        return new BatchSubmission(labelled, labels, webhook);
    }

    private static List<Entry> jobs(Fields fields) {
        List<Fields> jobs = fields.objects("jobs", MOST_JOBS);
        return IntStream.range(0, jobs.size())
                .mapToObj(i -> Submission.read(jobs.get(i)).map(submission -> new Entry(submission, "/jobs/" + i)))
                .flatMap(Optional::stream)
                .toList();
    }
}
