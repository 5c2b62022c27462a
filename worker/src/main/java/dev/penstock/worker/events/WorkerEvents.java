package dev.penstock.worker.events;

import dev.penstock.contracts.Verdict;
import dev.penstock.worker.pool.SessionIdentifier;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.Locale;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * The one place where the worker logs and counts. No line holds a session's identifier but its hash, a program's text or a secret;
 * job ids are what submitters and operators know jobs by. Thread safe.
 */
public final class WorkerEvents {
    private static final Logger LOG = LoggerFactory.getLogger("penstock.worker");

    private final MeterRegistry meters;
    private final RareLine fullLine = new RareLine();
    private final RareLine refusalLine = new RareLine();

    public WorkerEvents(MeterRegistry meters) {
        this.meters = meters;
    }

    /** Shows the numbers of slots held, of those that are free, and of jobs in hand. */
    public void watch(Supplier<Number> heldSlots, Supplier<Number> freeSlots, Supplier<Number> jobsInHand) {
        gauge("penstock.worker.slots.held", heldSlots);
        gauge("penstock.worker.slots.free", freeSlots);
        gauge("penstock.worker.jobs.in_hand", jobsInHand);
    }

    /** Micrometer lets go of what it measures unless told otherwise, and then shows NaN. */
    private void gauge(String name, Supplier<Number> value) {
        Gauge.builder(name, value).strongReference(true).register(meters);
    }

    public void started(int mostSlots) {
        LOG.atInfo().addKeyValue("mostSlots", mostSlots).log("worker started, taking jobs");
    }

    public void runtimesAnnounced(int languages) {
        LOG.atDebug().addKeyValue("languages", languages).log("announced what the pool can run");
    }

    public void runtimesUnknown() {
        LOG.atWarn().log("the pool didn't tell what it can run; asking again with the next jobs");
    }

    /** A program ran; {@code took} is the whole call to its session. */
    public void ran(Verdict verdict, Duration took) {
        Timer.builder("penstock.worker.runs")
                .tag("verdict", verdict.name().toLowerCase(Locale.ROOT))
                .register(meters)
                .record(took);
        LOG.atDebug()
                .addKeyValue("verdict", verdict)
                .addKeyValue("tookMs", took.toMillis())
                .log("program ran");
    }

    /** A job went back without being charged. */
    public void requeued(String reason, int requeues, Duration delay) {
        count("penstock.worker.requeues", "reason", reason);
        LOG.atDebug()
                .addKeyValue("reason", reason)
                .addKeyValue("requeues", requeues)
                .addKeyValue("delayMs", delay.toMillis())
                .log("job requeued, not charged");
    }

    /** A job goes back charged with an attempt. */
    public void retrying(String reason, int nextAttempt, Duration delay) {
        count("penstock.worker.retries");
        LOG.atWarn()
                .addKeyValue("reason", reason)
                .addKeyValue("nextAttempt", nextAttempt)
                .addKeyValue("delayMs", delay.toMillis())
                .log("the platform failed a job; it will be tried again");
    }

    /** A job ended without a program's result. */
    public void gaveUp(String code, String reason) {
        count("penstock.worker.given_up", "code", code);
        LOG.atWarn()
                .addKeyValue("code", code)
                .addKeyValue("reason", reason)
                .log("job ended without running to a result");
    }

    public void poisoned(String reason) {
        count("penstock.worker.poison");
        LOG.atError()
                .addKeyValue("reason", reason)
                .log("a message is no job; it went to the dead-letter queue, look at it there");
    }

    /** Our hold on a message ended before it was settled: the broker delivers it again. */
    public void lockLost(String what) {
        count("penstock.worker.locks_lost");
        LOG.atWarn().addKeyValue("during", what).log("the lock on a job's message was lost; the job will come again");
    }

    public void settleFailed(String how, Throwable failure) {
        count("penstock.worker.settle_failures");
        LOG.atWarn()
                .addKeyValue("settlement", how)
                .setCause(failure)
                .log("a message could not be settled; the job will come again and its result count once");
    }

    public void sendFailed(String what, Throwable failure, String next) {
        count("penstock.worker.send_failures");
        LOG.atWarn().addKeyValue("what", what).setCause(failure).log("could not send; {}", next);
    }

    public void receiverFailed(Throwable failure, Duration retryIn) {
        count("penstock.worker.receiver_failures");
        LOG.atWarn()
                .addKeyValue("retryInMs", retryIn.toMillis())
                .setCause(failure)
                .log("receiving jobs broke off; a new receiver will be opened");
    }

    /** A bug or an exhausted machine: the job's message is left to its lock. */
    public void jobCrashed(Throwable failure) {
        count("penstock.worker.crashes");
        LOG.atError().setCause(failure).log("handling a job failed unexpectedly; it will come again");
    }

    public void slotParked(SessionIdentifier session, Duration atMost) {
        count("penstock.worker.slots_parked");
        LOG.atWarn()
                .addKeyValue("sessionHash", session.hash())
                .addKeyValue("atMostMs", atMost.toMillis())
                .log("the pool didn't confirm that a session ended; its slot waits until it must have");
    }

    /** A job was dropped, or its program stopped, because nobody wants it any more. */
    public void cancelled() {
        count("penstock.worker.cancelled");
        LOG.atDebug().log("a cancelled job was dropped");
    }

    public void cancellationsUnknown(Throwable failure) {
        count("penstock.worker.cancellation_failures");
        LOG.atWarn().setCause(failure).log("can't see which jobs were cancelled; they run meanwhile, trying again");
    }

    /** The pool said that it is full, though by our own count it can't be: somebody should look. */
    public void fullUnexpectedly(int heldSlots) {
        count("penstock.worker.pool_full");
        if (fullLine.due()) {
            LOG.atWarn()
                    .addKeyValue("heldSlots", heldSlots)
                    .log("the pool says it is full while we use no more than our slots; jobs wait. Look for a container"
                            + " that crashes at its start, too few ready sessions, or others who use the pool");
        }
    }

    /** No more jobs go to the pool for a while. */
    public void poolPaused(String reason, Duration pause, boolean denied) {
        count("penstock.worker.pool_pauses", "denied", String.valueOf(denied));
        LOG.atLevel(denied ? Level.ERROR : Level.WARN)
                .addKeyValue("reason", reason)
                .addKeyValue("pauseMs", pause.toMillis())
                .log("taking no jobs for a while, then trying with one; no job is charged meanwhile");
    }

    public void poolWorksAgain() {
        LOG.atInfo().log("the pool works again; jobs are taken, at first one at a time");
    }

    /** Said once, until it can be read again. */
    public void poolMaximumUnknown(String reason, int kept) {
        count("penstock.worker.pool_maximum_failures");
        LOG.atWarn()
                .addKeyValue("reason", reason)
                .addKeyValue("kept", kept)
                .log("the pool's maximum could not be read from Azure; going on with the last one that is known");
    }

    public void poolMaximumChanged(int from, int to) {
        LOG.atInfo()
                .addKeyValue("from", from)
                .addKeyValue("to", to)
                .log("the pool's maximum changed; slots are added or given up to fit it");
    }

    /** A slot's last holder left a session behind; it is ended before the slot is used. */
    public void tookOver(int slot) {
        count("penstock.worker.takeovers");
        LOG.atInfo()
                .addKeyValue("slot", slot)
                .log("took over a slot that was not left clean; ending its session first");
    }

    public void strayStopped(int slot, SessionIdentifier session) {
        count("penstock.worker.strays");
        LOG.atWarn()
                .addKeyValue("slot", slot)
                .addKeyValue("sessionHash", session.hash())
                .log("stopped a session that was left behind");
    }

    /** The pool didn't tell of its sessions, or refused to stop some that were left behind. */
    public void straysRemain(boolean listed, Duration retryIn) {
        count("penstock.worker.stray_failures");
        LOG.atWarn()
                .addKeyValue("listed", listed)
                .addKeyValue("retryInMs", retryIn.toMillis())
                .log("sessions that were left behind may still hold places in the pool; looking again");
    }

    /** The pool refuses to stop a session or to tell of one. */
    public void controlRefused(String operation, int status) {
        count("penstock.worker.control_refusals", "operation", operation, "status", String.valueOf(status));
        if (refusalLine.due()) {
            LOG.atError()
                    .addKeyValue("operation", operation)
                    .addKeyValue("status", status)
                    .log("the pool refuses to end sessions, or to tell whether they ended; each slot waits until its"
                            + " session must have idled out. Look at the identity's role and the pool's dialect");
        }
    }

    public void leaseLost(int slot) {
        count("penstock.worker.leases_lost");
        LOG.atWarn().addKeyValue("slot", slot).log("the lease of a slot was lost; its job, if any, was cut");
    }

    public void slotFailed(Throwable failure) {
        count("penstock.worker.slots_failed");
        LOG.atError().setCause(failure).log("a slot failed unexpectedly; it is given up and taken anew");
    }

    public void ledgerFailed(Throwable failure) {
        count("penstock.worker.ledger_failures");
        LOG.atWarn().setCause(failure).log("the slot ledger can't be reached; trying again");
    }

    public void draining(int jobsInHand) {
        count("penstock.worker.drains");
        LOG.atInfo().addKeyValue("jobsInHand", jobsInHand).log("draining: no more jobs are asked for");
    }

    public void hurried() {
        LOG.atWarn().log("told once more to stop: the drain ends at once");
    }

    public void drained(boolean clean) {
        if (clean) {
            LOG.atInfo().log("drained: every job in hand was settled and every session ended");
        } else {
            LOG.atWarn()
                    .log("drained before all had ended: jobs that still ran went back to the queue, and slots whose"
                            + " sessions were not seen to end are for other workers");
        }
    }

    private void count(String name, String... tags) {
        meters.counter(name, tags).increment();
    }
}
