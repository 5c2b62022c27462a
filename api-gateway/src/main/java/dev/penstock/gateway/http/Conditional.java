package dev.penstock.gateway.http;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;

/** Entity tags and {@code If-None-Match} (RFC 9110): a poller that has the answer already isn't sent it again. */
final class Conditional {
    private static final String ETAG = "ETag";
    private static final int TAG_CHARACTERS = 16;

    private Conditional() {}

    /** The answer with its tag, or 304 in its place when the client has it. */
    static Answer apply(HttpServerRequest request, Answer answer) {
        boolean reading = request.method().equals(HttpMethod.GET) || request.method().equals(HttpMethod.HEAD);
        if (!reading || answer.status() != 200) {
            return answer;
        }
        Answer tagged = answer.headers().containsKey(ETAG) ? answer : tag(answer);
        return matches(request.headers().getAll("If-None-Match"), tagged.headers().getOrDefault(ETAG, ""))
                ? new Answer(304, tagged.headers(), Buffer.buffer()).without("Content-Type")
                        .without("Content-Encoding")
                        .without("Link")
                : tagged;
    }

    /** The answer with its tag: a weak one, since the same answer may go out compressed. */
    static Answer tag(Answer answer) {
        return tag(answer, answer.body());
    }

    /** As {@link #tag(Answer)}, where not all of the body matters: the tag is that of what does. */
    static Answer tag(Answer answer, Buffer essence) {
        return answer.with(ETAG, "W/\"" + digest(essence) + '"').with("Cache-Control", "private, no-cache");
    }

    /** Weak comparison, as the RFC wants it here. */
    private static boolean matches(List<String> headers, String tag) {
        String opaque = tag.substring("W/".length());
        return headers.stream()
                .flatMap(header -> Arrays.stream(header.split(",")))
                .map(String::strip)
                .anyMatch(one -> one.equals("*") || one.equals(opaque) || one.equals("W/" + opaque));
    }

    private static String digest(Buffer body) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(body.getBytes());
            return Base64.getUrlEncoder().withoutPadding().encodeToString(hash).substring(0, TAG_CHARACTERS);
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
