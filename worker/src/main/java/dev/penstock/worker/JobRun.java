package dev.penstock.worker;

import dev.penstock.contracts.Envelope;
import dev.penstock.contracts.Job;
import dev.penstock.contracts.JobError;
import dev.penstock.contracts.JobMessage;
import dev.penstock.contracts.MessageCodec;
import dev.penstock.contracts.OnLost;
import dev.penstock.contracts.ProgramResult;
import dev.penstock.contracts.Reply;
import dev.penstock.contracts.Status;
import dev.penstock.contracts.UndecodableMessageException;
import dev.penstock.worker.pool.Cut;
import dev.penstock.worker.pool.Outcome;
import dev.penstock.worker.pool.SessionIdentifier;
import dev.penstock.worker.slot.Slot;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * One job's life in this worker, from the message in hand to its settlement:
 *
 * <pre>
 * decode ─▶ cancelled? ─▶ deadline? ─▶ slot? ─▶ announce running ─▶ execute ─▶ conclude: publish, then settle
 *    │           │            │          │                                        │
 *  poison      drop        expired    requeue                        requeue, retry or give up
 * </pre>
 *
 * Runs on a virtual thread of its own. Whatever happens, the slot is released, and the message is settled or left to
 * its lock.
 */
final class JobRun {
    private final Delivery delivery;
    private final Workshop shop;
    private final Cut cut;

    JobRun(Delivery delivery, Workshop shop, Cut cut) {
        this.delivery = delivery;
        this.shop = shop;
        this.cut = cut;
    }

    /**
     * Lives the job's life.
     *
     * @param slot
     *            was free when the message came; without one the job goes back
     */
    void run(Optional<Slot> slot) {
        Envelope envelope = delivery.envelope();
        JobMessage message;
        try {
            message = MessageCodec.decodeJob(envelope);
        } catch (UndecodableMessageException poison) {
            slot.ifPresent(Slot::release);
            deadLetterPoison(poison);
            return;
        }
        Conclusion conclusion = new Conclusion(delivery, envelope.body(), message, shop);
        if (shop.cancellations().known(message.job().id())) {
            slot.ifPresent(Slot::release);
            conclusion.drop();
        } else if (deadlinePassed(message.job())) {
            slot.ifPresent(Slot::release);
            conclusion.expire();
        } else if (slot.isEmpty()) {
            conclusion.requeue("no free slot", Duration.ZERO);
        } else {
            runIn(slot.get(), message, conclusion);
        }
    }

    private void runIn(Slot slot, JobMessage message, Conclusion conclusion) {
        Optional<SessionIdentifier> session = slot.use(cut);
        if (session.isEmpty()) {
            slot.release();
            conclusion.requeue("slot lost", Duration.ZERO);
            return;
        }
        conclusion.announceRunning();
        Instant startedAt = shop.clock().instant();
        Outcome outcome = execute(slot, session.get(), message.job());
        if (!(outcome instanceof Outcome.Ran) && shop.cancellations().known(message.job().id())) {
            conclusion.drop();
        } else {
            conclude(outcome, message, startedAt, conclusion);
        }
    }

    private void conclude(Outcome outcome, JobMessage message, Instant startedAt, Conclusion conclusion) {
        switch (outcome) {
            case Outcome.Ran(ProgramResult result) -> conclusion.ran(result, startedAt);
            case Outcome.Busy(Optional<Duration> retryAfter) ->
                conclusion.requeue("pool full", retryAfter.orElse(Duration.ZERO));
            case Outcome.Denied(String reason) -> conclusion.requeue(reason, Duration.ZERO);
            case Outcome.Refused(String reason) -> conclusion.refuse(reason);
            case Outcome.Unavailable(String reason, boolean reached, _) when !reached ->
                conclusion.requeue(reason, Duration.ZERO);
            case Outcome.Unavailable(String reason, _, Optional<Duration> retryAfter) ->
                conclusion.retry(reason, retryAfter.orElse(Duration.ZERO));
            case Outcome.Lost(String reason) -> {
                if (message.job().onLost() == OnLost.FAIL) {
                    conclusion.giveUp(reason);
                } else if (cut.reason().filter(InHand.DRAINING::equals).isPresent()) {
                    conclusion.requeue(reason, Duration.ZERO);
                } else {
                    conclusion.retry(reason, Duration.ZERO);
                }
            }
        }
    }

    /** The slot is released before anything else is done: ending its session takes time. */
    private Outcome execute(Slot slot, SessionIdentifier session, Job job) {
        shop.cancellations().watch(job.id(), cut);
        long startedAt = System.nanoTime();
        try {
            Outcome outcome = shop.pool().execute(session, job, cut);
            learn(outcome, startedAt);
            if (!cut.anythingSent()) {
                slot.neverUsed();
            } else if (outcome instanceof Outcome.Lost) {
                slot.leaveUnfinished();
            } else if (outcome instanceof Outcome.Ran) {
                shop.runtimes().refreshThrough(session, cut);
            }
            return outcome;
        } finally {
            shop.cancellations().unwatch(job.id(), cut);
            slot.release();
        }
    }

    /** What we cut ourselves tells nothing of the pool. */
    private void learn(Outcome outcome, long startedAt) {
        if (cut.reason().isEmpty()) {
            shop.admission().learn(outcome, startedAt);
            if (outcome instanceof Outcome.Busy) {
                shop.events().fullUnexpectedly(shop.slots().held());
                shop.slots().suspectStrays();
            }
        }
    }

    private boolean deadlinePassed(Job job) {
        return !shop.clock().instant().isBefore(job.deadline());
    }

    private void deadLetterPoison(UndecodableMessageException poison) {
        String reason = String.valueOf(poison.getMessage());
        shop.events().poisoned(reason);
        poison.jobId().ifPresent(this::publishUnreadable);
        delivery.deadLetter("UndecodableMessage", reason);
    }

    /** When this fails, whoever reads the dead-letter queue ends the job. */
    private void publishUnreadable(String jobId) {
        var error = new JobError(JobError.Code.PLATFORM_ERROR, "the job's message could not be read");
        var reply = new Reply.Finished(Reply.VERSION, jobId, Status.FAILED, null, error, 1, 0, null,
                shop.clock().instant());
        try {
            shop.outbox().publish(jobId + "/unreadable", reply);
        } catch (RuntimeException failed) {
            shop.events().sendFailed("result", failed, "the dead-letter queue still tells of the job");
        }
    }
}
