package dev.penstock.gateway.process;

import dev.penstock.contracts.Reply;
import dev.penstock.contracts.UndecodableMessageException;
import dev.penstock.gateway.store.Recorded;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Locale;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * Everything worth knowing that happens in a gateway, logged and counted; nothing else here logs. No code, output, key
 * or secret ever gets into a line. Thread safe.
 */
public final class GatewayEvents {
    private static final Logger LOG = LoggerFactory.getLogger("dev.penstock.gateway");

    private final MeterRegistry meters;

    public GatewayEvents(MeterRegistry meters) {
        this.meters = meters;
    }

    /** Where it counts. */
    public MeterRegistry meters() {
        return meters;
    }

    public void started(String host, int port) {
        LOG.atInfo().addKeyValue("host", host).addKeyValue("port", port).log("The gateway takes jobs.");
    }

    public void draining() {
        LOG.info("The gateway is stopping: it takes no more jobs and settles the results in hand.");
    }

    public void stopped() {
        LOG.info("The gateway has stopped.");
    }

    public void jobsQueued(int jobs) {
        meters.counter("penstock.gateway.jobs.queued").increment(jobs);
    }

    /** The tenant was told why, and when to come back. */
    public void submissionRefused(String reason) {
        meters.counter("penstock.gateway.submissions.refused", "reason", reason).increment();
    }

    public void sendUnconfirmed(Throwable cause) {
        count("penstock.gateway.sends.unconfirmed");
        LOG.atWarn()
                .addKeyValue("cause", summary(cause))
                .log("The broker did not confirm a job in time; it is stored and will be sent again.");
    }

    public void jobsSentAgain(int jobs) {
        meters.counter("penstock.gateway.sends.repeated").increment(jobs);
        LOG.atInfo().addKeyValue("jobs", jobs).log("Jobs that the broker had not confirmed were sent again.");
    }

    public void resultArrived(Recorded recorded, Reply.Finished reply) {
        meters.counter("penstock.gateway.results", "recorded", recorded.name().toLowerCase(Locale.ROOT), "status",
                reply.status().name().toLowerCase(Locale.ROOT)).increment();
    }

    public void webhookAttempted(int status) {
        String outcome = status == 0 ? "unanswered" : status / 100 + "xx";
        meters.counter("penstock.gateway.webhooks.attempts", "outcome", outcome).increment();
    }

    public void webhookSpared() {
        meters.counter("penstock.gateway.webhooks.attempts", "outcome", "spared").increment();
    }

    public void webhookSecretsUnreadable() {
        count("penstock.gateway.webhooks.unsigned");
        LOG.atError()
                .log("A webhook's secrets were encrypted with another key and its delivery failed; put that key into"
                        + " PENSTOCK_FORMER_SECRET_KEYS.");
    }

    public void deliveryNotQueued(Throwable cause) {
        LOG.atWarn()
                .addKeyValue("cause", summary(cause))
                .log("A webhook delivery could not be queued; it will be found and queued again.");
    }

    public void deliveryNotSettled(Throwable cause) {
        count("penstock.gateway.webhooks.unsettled");
        LOG.atWarn()
                .addKeyValue("cause", summary(cause))
                .log("A webhook attempt could not be written down or settled; it will be made again.");
    }

    public void deliveryUndecodable(UndecodableMessageException poison) {
        LOG.atWarn()
                .addKeyValue("problem", poison.getMessage())
                .log("A message of the webhooks queue can't be read and goes to the dead letters.");
    }

    public void jobGivenUp() {
        count("penstock.gateway.jobs.given_up");
        LOG.warn("A job was found among the dead letters and ended with platform_error; its message stays there.");
    }

    public void deadLettersRemoved(String queue, int messages) {
        meters.counter("penstock.gateway.dead_letters.removed").increment(messages);
        LOG.atInfo()
                .addKeyValue("queue", queue)
                .addKeyValue("messages", messages)
                .log("Dead letters of jobs that are not stored any more were removed.");
    }

    public void jobExpired() {
        count("penstock.gateway.jobs.expired");
    }

    public void jobsForgotten(int jobs) {
        meters.counter("penstock.gateway.jobs.forgotten").increment(jobs);
    }

    public void jobCanceled() {
        count("penstock.gateway.jobs.canceled");
    }

    public void cancellationNotSent(Throwable cause) {
        LOG.atWarn()
                .addKeyValue("cause", summary(cause))
                .log("Workers could not be told of a cancelled job; its result will be dropped if it runs.");
    }

    public void waitRefused() {
        count("penstock.gateway.waits.refused");
    }

    public void replyUndecodable(UndecodableMessageException poison) {
        count("penstock.gateway.replies.undecodable");
        LOG.atWarn()
                .addKeyValue("problem", poison.getMessage())
                .log("A reply can't be read and goes to the dead letters; is a worker newer than this gateway?");
    }

    public void replyNotSettled(Throwable cause) {
        count("penstock.gateway.replies.unsettled");
        LOG.atWarn()
                .addKeyValue("cause", summary(cause))
                .log("A reply could not be settled; the broker will deliver it again.");
    }

    public void repliesLeftUnsettled(int replies) {
        LOG.atWarn()
                .addKeyValue("replies", replies)
                .log("Stopping with replies in hand; the broker will deliver them again.");
    }

    public void receivingFailed(Throwable cause) {
        count("penstock.gateway.receiver.failures");
        LOG.atWarn().addKeyValue("cause", summary(cause)).log("Receiving replies broke off; connecting again.");
    }

    public void issuerUnreachable(Throwable cause) {
        count("penstock.gateway.issuer.failures");
        LOG.atWarn()
                .addKeyValue("cause", summary(cause))
                .log("The issuer's keys could not be fetched; tokens are checked with those known, if any. Trying again.");
    }

    public void storeDown(Throwable cause) {
        count("penstock.gateway.store.failures");
        LOG.atError()
                .addKeyValue("cause", summary(cause))
                .log("The job store failed; results wait on their queue and submissions are answered 503 until it works.");
    }

    public void loopFailed(String loop, Throwable cause) {
        meters.counter("penstock.gateway.loops.failures", "loop", loop).increment();
        LOG.atWarn()
                .addKeyValue("loop", loop)
                .addKeyValue("cause", summary(cause))
                .log("A round of upkeep failed and is tried again shortly.");
    }

    public void connectionRefused() {
        count("penstock.gateway.connections.refused");
    }

    /** A request was refused; the client was told why. */
    public void problemAnswered(String type, int status) {
        meters.counter("penstock.gateway.problems", "type", type, "status", Integer.toString(status)).increment();
    }

    /** A request met a defect of ours; its id is all by which caller and operator can tell which one they talk of. */
    public void requestFailed(Throwable cause, String requestId) {
        count("penstock.gateway.requests.failed");
        LOG.atLevel(Level.ERROR)
                .setCause(cause)
                .addKeyValue("request", requestId)
                .log("A request failed for a reason that should be impossible.");
    }

    private void count(String name) {
        meters.counter(name).increment();
    }

    /** The deepest cause says what happened; its stack would only repeat ours. */
    private static String summary(Throwable failure) {
        Throwable deepest = failure;
        while (deepest.getCause() != null) {
            deepest = deepest.getCause();
        }
        return deepest.getClass().getSimpleName() + ": " + deepest.getMessage();
    }
}
