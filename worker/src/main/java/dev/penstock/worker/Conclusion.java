package dev.penstock.worker;

import dev.penstock.contracts.Envelope;
import dev.penstock.contracts.JobError;
import dev.penstock.contracts.JobMessage;
import dev.penstock.contracts.MessageCodec;
import dev.penstock.contracts.ProgramResult;
import dev.penstock.contracts.Reply;
import dev.penstock.worker.events.WorkerEvents;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.BooleanSupplier;

/**
 * The ways in which one delivery of a job can end. Each publishes first and settles then (decision 3): a crash in
 * between repeats the job, and the store keeps its first result.
 */
final class Conclusion {
    private static final Duration PUBLISH_PAUSE = Duration.ofSeconds(2);
    /** A result outlives the lock of its message by that: an outage of the broker that is longer costs another run. */
    private static final Duration RESULT_PATIENCE = Duration.ofMinutes(5);
    private static final String GAVE_UP = "PlatformError";

    private final Delivery delivery;
    private final byte[] body;
    private final JobMessage message;
    private final Workshop shop;
    private final WorkerEvents events;

    /**
     * The conclusion of a delivery.
     *
     * @param body
     *            as received: a copy's bytes are the original's
     */
    Conclusion(Delivery delivery, byte[] body, JobMessage message, Workshop shop) {
        this.delivery = delivery;
        this.body = body;
        this.message = message;
        this.shop = shop;
        this.events = shop.events();
    }

    /** Not an end yet: says that the job's program is about to start. */
    void announceRunning() {
        tell(message, Reply.Phase.RUNNING, delivery.deliveryCount());
    }

    /** The program ran. */
    void ran(ProgramResult result, Instant startedAt) {
        Instant now = shop.clock().instant();
        events.ran(result.verdict(), Duration.between(startedAt, now));
        Optional<Reply.Finished> reply = ResultTrim.toFit(Reply.Finished.ran(message, result, startedAt, now));
        if (reply.isEmpty()) {
            giveUp("the result is too long for the queue even without what the program printed");
        } else {
            long end = System.nanoTime() + RESULT_PATIENCE.toNanos();
            // Without the lock the job may run again elsewhere; the store keeps whichever result comes first.
            if (publish(reply.get(), () -> delivery.lock().held() || System.nanoTime() - end < 0)) {
                delivery.complete();
            }
        }
    }

    /** The deadline passed before the program could start. */
    void expire() {
        end(JobError.Code.DEADLINE_PASSED, "the deadline passed before the program could start");
    }

    /** Nobody wants the job any more, and its status says so already: nothing is published. */
    void drop() {
        events.cancelled();
        delivery.complete();
    }

    /** The pool will never take this request. */
    void refuse(String reason) {
        end(JobError.Code.REFUSED, reason);
    }

    /** The platform failed once too often: the job ends, and its message stays in the dead-letter queue. */
    void giveUp(String reason) {
        events.gaveUp(JobError.Code.PLATFORM_ERROR.name(), reason);
        if (publish(gaveUp(JobError.Code.PLATFORM_ERROR, reason))) {
            delivery.deadLetter(GAVE_UP, reason);
        }
    }

    /**
     * There was no room: the job comes again later and is charged nothing.
     *
     * @param atLeast
     *            what the pool asked us to wait
     */
    void requeue(String reason, Duration atLeast) {
        JobMessage copy = message.requeued();
        Duration delay = longer(atLeast,
                shop.config().requeueDelay().delay(message.requeues(), ThreadLocalRandom.current()));
        if (replace(copy, delay)) {
            events.requeued(reason, copy.requeues(), delay);
        }
    }

    /**
     * The platform failed: the job comes again later, charged with an attempt, or ends when its budget is used up.
     *
     * @param atLeast
     *            what the pool asked us to wait
     */
    void retry(String reason, Duration atLeast) {
        if (message.attempt() >= shop.config().maxAttempts()) {
            giveUp(reason);
            return;
        }
        JobMessage copy = message.retried();
        Duration delay = longer(atLeast,
                shop.config().retryDelay().delay(message.attempt() - 1, ThreadLocalRandom.current()));
        if (replace(copy, delay)) {
            events.retrying(reason, copy.attempt(), delay);
        }
    }

    private void end(JobError.Code code, String reason) {
        events.gaveUp(code.name(), reason);
        if (publish(gaveUp(code, reason))) {
            delivery.complete();
        }
    }

    private Reply.Finished gaveUp(JobError.Code code, String reason) {
        return Reply.Finished.gaveUp(message, new JobError(code, reason), shop.clock().instant());
    }

    /**
     * Schedules the copy, then completes the original. Never without the lock: the broker delivers the original again,
     * and there would be two. Abandoning is only for a copy that could not be sent.
     */
    private boolean replace(JobMessage copy, Duration delay) {
        if (!delivery.lock().held()) {
            events.lockLost("requeue");
            return false;
        }
        Instant due = earlier(shop.clock().instant().plus(delay), message.job().deadline());
        Envelope envelope = MessageCodec.encode(copy, body);
        try {
            shop.outbox().schedule(envelope, due);
        } catch (RuntimeException failed) {
            events.sendFailed("requeue", failed, "the job is abandoned and comes again at once");
            delivery.abandon();
            return false;
        }
        tell(copy, Reply.Phase.QUEUED, 0);
        delivery.complete();
        return true;
    }

    /** What ends a job without a result is for whoever holds its message: another run may still give one. */
    private boolean publish(Reply.Finished reply) {
        return publish(reply, delivery.lock()::held);
    }

    /** Tries until the broker has the reply, as long as that is worth it: results are too dear to be thrown away. */
    private boolean publish(Reply.Finished reply, BooleanSupplier worthIt) {
        while (worthIt.getAsBoolean()) {
            try {
                shop.outbox().publish(replyId("finished"), reply);
                return true;
            } catch (RuntimeException failed) {
                events.sendFailed("result", failed, "trying again, at least while the job's message is locked");
            }
            try {
                Thread.sleep(PUBLISH_PAUSE);
            } catch (InterruptedException stopped) {
                Thread.currentThread().interrupt();
                return false;
            }
        }
        events.lockLost("publish");
        return false;
    }

    private void tell(JobMessage about, Reply.Phase phase, long deliveryCount) {
        shop.outbox()
                .tell(replyId(phase.name()), new Reply.Progressed(Reply.VERSION, about.job().id(), phase,
                        about.attempt(), about.requeues(), deliveryCount, shop.clock().instant()));
    }

    /** The same for what we may send twice by accident, different for every delivery. */
    private String replyId(String kind) {
        return message.messageId() + "/" + delivery.deliveryCount() + "/" + kind;
    }

    private static Duration longer(Duration one, Duration other) {
        return one.compareTo(other) >= 0 ? one : other;
    }

    private static Instant earlier(Instant one, Instant other) {
        return one.isBefore(other) ? one : other;
    }
}
