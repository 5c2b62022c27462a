package dev.penstock.gateway.http;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/** Entity tags and {@code If-None-Match} (RFC 9110): a poller that has the answer already isn't sent it again. */
final class Conditional {
    private static final int TAG_BYTES = 12;

    private Conditional() {}

    /** The answer with its tag, or 304 in its place when the client has it. */
    static Answer apply(HttpServerRequest request, Answer answer) {
        boolean reading = request.method().equals(HttpMethod.GET) || request.method().equals(HttpMethod.HEAD);
        if (!reading || answer.status() != 200) {
            return answer;
        }
        String tag = '"' + digest(answer.body()) + '"';
        Answer tagged = answer.with("ETag", tag);
        return matches(request.getHeader("If-None-Match"), tag)
                ? new Answer(304, tagged.headers(), Buffer.buffer())
                : tagged;
    }

    /** Weak comparison, as the RFC wants it here. */
    private static boolean matches(@Nullable String header, String tag) {
        if (header == null) {
            return false;
        }
        for (String candidate : header.split(",")) {
            String bare = candidate.strip();
            if (bare.equals("*") || bare.equals(tag) || bare.equals("W/" + tag)) {
                return true;
            }
        }
        return false;
    }

    private static String digest(Buffer body) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(body.getBytes());
            return Base64.getUrlEncoder().withoutPadding().encodeToString(hash).substring(0, TAG_BYTES);
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
