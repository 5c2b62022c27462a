package dev.penstock.gateway.store;

import dev.penstock.contracts.Job;
import java.util.Map;
import java.util.Optional;

/**
 * A job to be stored.
 *
 * @param body
 *            as it will be sent
 */
@SuppressWarnings("ArrayRecordComponent") // made once, compared by nobody
public record NewJob(Job job, byte[] body, Map<String, String> labels, Optional<Test> test,
        Optional<NewWebhook> webhook) {
    public NewJob {
        labels = Map.copyOf(labels);
    }

    /**
     * The case of a test that the job is.
     *
     * @param id
     *            the caller's name for it
     * @param expectedOutput
     *            what the program should print; blanks and line ends at the end of it don't count
     */
    public record Test(String id, Optional<String> expectedOutput) {
    }
}
