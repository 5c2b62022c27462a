package dev.penstock.gateway.jobs;

import com.azure.messaging.servicebus.ServiceBusReceivedMessage;
import dev.penstock.contracts.JobError;
import dev.penstock.contracts.JobMessage;
import dev.penstock.contracts.MessageCodec;
import dev.penstock.contracts.Reply;
import dev.penstock.contracts.UndecodableMessageException;
import dev.penstock.gateway.bus.DeadLetters.Fate;
import dev.penstock.gateway.store.JobReader;
import dev.penstock.messaging.Envelopes;

/**
 * What a dead letter means for its job: no job stays open because the broker gave up on a message (decision 8), and of an
 * erased job nothing stays there.
 */
public final class DeadLetterRules {
    private static final JobError GIVEN_UP = new JobError(JobError.Code.PLATFORM_ERROR,
            "The platform tried to run the job several times and gave up. Submit it again.");
    private static final JobError RESULT_LOST = new JobError(JobError.Code.PLATFORM_ERROR,
            "The job's result could not be read. Submit it again.");

    private final Jobs jobs;
    private final JobReader reader;

    public DeadLetterRules(Jobs jobs, JobReader reader) {
        this.jobs = jobs;
        this.reader = reader;
    }

    /** A job that nobody could run ends, unless a later message of it lives on. */
    public Fate jobDied(ServiceBusReceivedMessage message) {
        try {
            JobMessage dead = MessageCodec.decodeJob(Envelopes.from(message));
            jobs.giveUp(dead.job().id(), dead.attempt() - 1 + dead.requeues(), GIVEN_UP).await();
            return fate(dead.job().id());
        } catch (UndecodableMessageException poison) {
            return ended(poison, GIVEN_UP);
        }
    }

    /** A result that could not be stored in time is still the job's result; an unreadable one ends its job. */
    public Fate replyDied(ServiceBusReceivedMessage message) {
        try {
            return switch (MessageCodec.decodeReply(Envelopes.from(message))) {
                case Reply.Finished finished -> {
                    jobs.finishedLate(finished).await();
                    yield fate(finished.jobId());
                }
                case Reply.Progressed _,Reply.RuntimesAnnounced _,Reply.WorkerAnnounced _ -> Fate.KEEP;
            };
        } catch (UndecodableMessageException poison) {
            return ended(poison, RESULT_LOST);
        }
    }

    private Fate ended(UndecodableMessageException poison, JobError error) {
        return poison.jobId().map(id -> {
            jobs.giveUp(id, Integer.MAX_VALUE, error).await();
            return fate(id);
        }).orElse(Fate.KEEP);
    }

    /** A job is stored before its first message is sent: one that isn't there was erased, or forgotten for its age. */
    private Fate fate(String jobId) {
        return reader.exists(jobId).await() ? Fate.KEEP : Fate.REMOVE;
    }
}
