package dev.penstock.servicebus.telemetry;

import dev.penstock.servicebus.journal.JournalEvents;
import java.io.IOException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The one place where the broker logs. No message content, session id or key ever gets into a line. */
public final class BrokerEvents implements JournalEvents {
    private static final Logger LOG = LoggerFactory.getLogger("dev.penstock.servicebus");

    private final LogQuota strangers = new LogQuota(System::nanoTime);

    public void listening(String host, int port, int queues) {
        LOG.atDebug()
                .addKeyValue("host", host)
                .addKeyValue("port", port)
                .addKeyValue("queues", queues)
                .log("Service Bus is listening");
    }

    public void configurationWarning(String warning) {
        LOG.atWarn().addKeyValue("setting", warning).log("a setting of the configuration file is left out");
    }

    public void connectionOpened(String peer) {
        LOG.atDebug().addKeyValue("peer", peer).log("connection opened");
    }

    public void connectionClosed(String peer) {
        LOG.atDebug().addKeyValue("peer", peer).log("connection closed; what it held is given back");
    }

    public void handshakeTimedOut(String peer) {
        strangers.warning(LOG).addKeyValue("peer", peer).log("no AMQP handshake in time; the connection is cut");
    }

    public void protocolError(String peer, Throwable cause) {
        strangers.warning(LOG)
                .addKeyValue("peer", peer)
                .addKeyValue("cause", String.valueOf(cause))
                .log("the peer broke the AMQP protocol; the connection is cut");
    }

    public void otherProtocol(String peer, String problem) {
        strangers.warning(LOG)
                .addKeyValue("peer", peer)
                .addKeyValue("problem", problem)
                .log("not an AMQP client; it is cut off");
    }

    public void linkRefused(String peer, String address, String reason) {
        LOG.atDebug()
                .addKeyValue("peer", peer)
                .addKeyValue("address", address)
                .addKeyValue("reason", reason)
                .log("link refused");
    }

    @Override
    public void failing(IOException cause) {
        LOG.atError()
                .addKeyValue("cause", String.valueOf(cause))
                .log(
                        "the journal can't be written; sends and settlements are refused until it can. Tried again each second");
    }

    @Override
    public void working() {
        LOG.atInfo().log("the journal is written again; everything is durable");
    }

    @Override
    public void compactionFailed(IOException cause) {
        LOG.atWarn()
                .addKeyValue("cause", String.valueOf(cause))
                .log("the journal could not be compacted; it keeps its old files and tries again later");
    }

    public void failed(String what, Throwable cause) {
        LOG.atError()
                .addKeyValue("what", what)
                .setCause(cause)
                .log("the broker failed at this; it goes on, the client gets an internal error. Please report it");
    }
}
