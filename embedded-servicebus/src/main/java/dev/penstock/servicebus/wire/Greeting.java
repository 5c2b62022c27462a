package dev.penstock.servicebus.wire;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The first bytes of a connection. Who greets in another protocol is told what to change instead of how AMQP is broken. */
final class Greeting {
    private static final int TLS_HANDSHAKE = 0x16;
    private static final List<String> HTTP_METHODS = List.of("GET ", "POST", "PUT ", "HEAD", "CONN", "OPTI");
    static final byte[] HTTP_ANSWER = """
            HTTP/1.1 400 Bad Request\r
            Content-Type: text/plain\r
            Connection: close\r
            \r
            This port speaks AMQP over TCP, neither HTTP nor WebSockets. Use the SDK's transport type AMQP.
            """.getBytes(StandardCharsets.US_ASCII);

    private Greeting() {}

    /** What is wrong with a greeting and what to do; {@code null} when it may be AMQP. */
    static @Nullable String problem(byte[] first) {
        if (first.length > 0 && first[0] == TLS_HANDSHAKE) {
            return "the client speaks TLS, which is not offered here: add UseDevelopmentEmulator=true to its connection string";
        }
        if (isHttp(first)) {
            return "the client speaks HTTP or WebSockets, which are not offered here: set its transport type to AMQP (TCP)";
        }
        return null;
    }

    static boolean isHttp(byte[] first) {
        return first.length >= 4 && HTTP_METHODS.contains(new String(first, 0, 4, StandardCharsets.US_ASCII));
    }
}
