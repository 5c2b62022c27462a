package dev.penstock.gateway.jobs;

import com.azure.messaging.servicebus.ServiceBusReceivedMessage;
import dev.penstock.contracts.JobError;
import dev.penstock.contracts.JobMessage;
import dev.penstock.contracts.MessageCodec;
import dev.penstock.contracts.Reply;
import dev.penstock.contracts.UndecodableMessageException;
import dev.penstock.messaging.Envelopes;

/** What a dead letter means for its job: no job stays open because the broker gave up on a message (decision 8). */
public final class DeadLetterRules {
    private static final JobError GIVEN_UP = new JobError(JobError.Code.PLATFORM_ERROR,
            "The platform tried to run the job several times and gave up. Submit it again.");
    private static final JobError RESULT_LOST = new JobError(JobError.Code.PLATFORM_ERROR,
            "The job's result could not be read. Submit it again.");

    private final Jobs jobs;

    public DeadLetterRules(Jobs jobs) {
        this.jobs = jobs;
    }

    /** A job that nobody could run ends, unless a later message of it lives on. */
    public void jobDied(ServiceBusReceivedMessage message) {
        try {
            JobMessage dead = MessageCodec.decodeJob(Envelopes.from(message));
            jobs.giveUp(dead.job().id(), dead.attempt() - 1 + dead.requeues(), GIVEN_UP).await();
        } catch (UndecodableMessageException poison) {
            poison.jobId().ifPresent(id -> jobs.giveUp(id, Integer.MAX_VALUE, GIVEN_UP).await());
        }
    }

    /** A result that could not be stored in time is still the job's result; an unreadable one ends its job. */
    public void replyDied(ServiceBusReceivedMessage message) {
        try {
            if (MessageCodec.decodeReply(Envelopes.from(message)) instanceof Reply.Finished finished) {
                jobs.finishedLate(finished).await();
            }
        } catch (UndecodableMessageException poison) {
            poison.jobId().ifPresent(id -> jobs.giveUp(id, Integer.MAX_VALUE, RESULT_LOST).await());
        }
    }
}
