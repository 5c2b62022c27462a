package dev.penstock.servicebus.management;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.security.InvalidKeyException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.Base64;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/** The key that tokens have to be signed with (Microsoft's "shared access signature": HMAC-SHA256 over resource and expiry). */
public record SharedAccessKey(String name, String key) {
    private static final String SCHEME = "SharedAccessSignature ";

    /**
     * What a valid token allows.
     *
     * @param path the entity, lower-case; empty for the whole namespace
     * @param expiresAt epoch seconds
     */
    public record Grant(String path, long expiresAt) {
        /** Whether it covers this address at this moment. */
        public boolean allows(String address, Instant now) {
            var wanted = address.toLowerCase(Locale.ROOT);
            return now.getEpochSecond() < expiresAt
                    && (path.isEmpty() || wanted.equals(path) || wanted.startsWith(path + "/"));
        }
    }

    /** The grant of a token, {@code null} when it is malformed, expired or not signed with this key. */
    public @Nullable Grant verify(String token, Instant now) {
        if (!token.startsWith(SCHEME)) {
            return null;
        }
        Map<String, String> fields = fields(token.substring(SCHEME.length()));
        var resource = fields.getOrDefault("sr", "");
        var expiry = fields.getOrDefault("se", "");
        if (!expiry.matches("\\d{1,12}") || !name.equals(decode(fields.getOrDefault("skn", "")))) {
            return null;
        }
        var expected = signature(resource + "\n" + expiry).getBytes(StandardCharsets.UTF_8);
        var given = decode(fields.getOrDefault("sig", "")).getBytes(StandardCharsets.UTF_8);
        long expiresAt = Long.parseLong(expiry);
        if (!MessageDigest.isEqual(expected, given) || expiresAt <= now.getEpochSecond()) {
            return null;
        }
        return new Grant(pathOf(decode(resource)), expiresAt);
    }

    private static Map<String, String> fields(String query) {
        Map<String, String> fields = new HashMap<>();
        for (var pair : query.split("&")) {
            int equals = pair.indexOf('=');
            if (equals > 0) {
                fields.put(pair.substring(0, equals), pair.substring(equals + 1));
            }
        }
        return fields;
    }

    private static String decode(String value) {
        try {
            return URLDecoder.decode(value, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException _) {
            return "";
        }
    }

    /** {@code amqp://host:port/path} without scheme, host and slashes at the ends. */
    private static String pathOf(String resource) {
        return resource.toLowerCase(Locale.ROOT).replaceFirst("^[a-z]+://[^/]*", "").replaceAll("^/+|/+$", "");
    }

    private String signature(String text) {
        try {
            var mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(key.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
            return Base64.getEncoder().encodeToString(mac.doFinal(text.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException | InvalidKeyException e) {
            throw new IllegalStateException("every Java platform has HmacSHA256", e);
        }
    }

    @Override
    public String toString() {
        return "SharedAccessKey[name=" + name + "]";
    }
}
