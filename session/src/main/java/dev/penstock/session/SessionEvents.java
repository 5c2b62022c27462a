package dev.penstock.session;

import dev.penstock.contracts.Verdict;
import java.io.IOException;
import java.util.concurrent.atomic.LongAdder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What happens in a session container: logged here and nowhere else, and counted. Thread safe. */
public final class SessionEvents {
    private static final Logger LOG = LoggerFactory.getLogger(SessionEvents.class);

    private final LongAdder ran = new LongAdder();
    private final LongAdder refused = new LongAdder();
    private final LongAdder failed = new LongAdder();
    private final LongAdder abandoned = new LongAdder();

    /** Counts since the start. */
    public record Counts(long ran, long refused, long failed, long abandoned) {}

    public Counts counts() {
        return new Counts(ran.sum(), refused.sum(), failed.sum(), abandoned.sum());
    }

    void started(int port, String isolation, String languages) {
        LOG.atInfo()
                .addKeyValue("port", port)
                .addKeyValue("isolation", isolation)
                .addKeyValue("languages", languages)
                .log("session container is ready");
    }

    void isolationUnavailable(String isolation, String why) {
        LOG.atInfo()
                .addKeyValue("isolation", isolation)
                .addKeyValue("why", why)
                .log("this isolation does not work here; the next weaker one is tried");
    }

    void memoryLowered(long fromMib, long toMib) {
        LOG.atWarn()
                .addKeyValue("fromMib", fromMib)
                .addKeyValue("toMib", toMib)
                .log("programs get less memory than is set: all that run at a time must fit into this machine's");
    }

    void answersLowered(long fromMib, long toKib) {
        LOG.atInfo()
                .addKeyValue("fromMib", fromMib)
                .addKeyValue("toKib", toKib)
                .log("answers keep less output than programs may print: all at a time must fit into this heap");
    }

    void unsafe() {
        LOG.warn("programs run WITHOUT isolation, as this user: run only code that you trust");
    }

    public void ran(String language, Verdict verdict) {
        ran.increment();
        LOG.atDebug().addKeyValue("language", language).addKeyValue("verdict", verdict).log("a program has run");
    }

    public void refused(int status, String code) {
        refused.increment();
        LOG.atDebug().addKeyValue("status", status).addKeyValue("code", code).log("a request was refused");
    }

    /** The program's client went away, or the container is closing: the program is dead. */
    public void abandoned() {
        abandoned.increment();
        LOG.debug("a program was killed because nobody waits for it any more");
    }

    void folderLeftBehind(IOException cause) {
        LOG.atWarn().setCause(cause).log("files of a program could not be removed; it is tried again at the end");
    }

    /** A program could not be killed in time; whoever ends this process ends it. */
    public void leftRunning() {
        LOG.error("a program still runs although the container is closing; stop its process group by hand");
    }

    public void failed(Throwable cause) {
        failed.increment();
        LOG.atError().setCause(cause).log("a program could not be run; its request was answered with 503");
    }

    /** Something of ours is wrong; the request was answered with 500. */
    public void broken(Throwable cause) {
        failed.increment();
        LOG.atError().setCause(cause).log("a request failed for a reason that nobody foresaw; please report this");
    }
}
