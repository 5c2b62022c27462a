package dev.penstock.servicebus.wire;

import java.time.Duration;

/**
 * What one client may use.
 *
 * @param maxFrameBytes largest AMQP frame that is accepted
 * @param linksPerConnection Azure allows 4,999
 * @param linksBeforeToken links of a client that has put no valid token yet, where a key is set
 * @param sessionsPerConnection AMQP sessions, of which the SDKs open one for each of their links
 * @param producerCredit transfers a sender may have under way
 * @param outgoingBytes unsent bytes of an AMQP session above which its links get no further messages
 * @param pendingResponses responses a request link keeps for a client that grants no credit for them
 * @param handshakeDeadline within which a new connection must have opened
 * @param idleTimeout silence after which a connection counts as dead
 */
public record Limits(int maxFrameBytes, int linksPerConnection, int linksBeforeToken, int sessionsPerConnection,
        int producerCredit,
        int outgoingBytes, int pendingResponses, Duration handshakeDeadline, Duration idleTimeout) {

    public static final Limits DEFAULTS = new Limits(64 * 1024, 5000, 10, 5000, 1000, 1024 * 1024, 1000,
            Duration.ofSeconds(20), Duration.ofSeconds(240));
}
