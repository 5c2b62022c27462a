package dev.penstock.gateway.http;

import dev.penstock.gateway.store.IdempotencyKey;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The {@code Idempotency-Key} header: a quoted string as in the HTTP working group's draft, or the same without quotes. */
final class IdempotencyKeys {
    private static final String HEADER = "Idempotency-Key";
    private static final Pattern KEY = Pattern.compile("\"([ !#-\\[\\]-~]{1,255})\"|([!#-+\\--~]{1,255})");

    private IdempotencyKeys() {}

    /**
     * The request's key, or empty if it has none.
     *
     * @param route
     *            what the request is for: the same key for something else is a mistake
     * @throws ProblemException
     *             400 if it isn't one key of 1 to 255 characters
     */
    static Optional<IdempotencyKey> of(HttpServerRequest request, String route, Buffer body) {
        List<String> headers = request.headers().getAll(HEADER);
        if (headers.isEmpty()) {
            return Optional.empty();
        }
        Matcher key = KEY.matcher(headers.getFirst().strip());
        if (headers.size() > 1 || !key.matches()) {
            throw Problem.invalid(List.of(Problem.FieldError.parameter(HEADER,
                    "must be one string of 1 to 255 printable ASCII characters, in double quotes"))).asException();
        }
        String name = key.group(1) == null ? key.group(2) : key.group(1);
        return Optional.of(new IdempotencyKey(name, fingerprint(route, body)));
    }

    /** However the path was written, it means the same. */
    private static String fingerprint(String route, Buffer body) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update(route.getBytes(StandardCharsets.UTF_8));
            digest.update((byte) 0);
            return HexFormat.of().formatHex(digest.digest(body.getBytes()));
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
