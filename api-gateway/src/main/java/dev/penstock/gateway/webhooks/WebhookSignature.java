package dev.penstock.gateway.webhooks;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.List;
import java.util.stream.Collectors;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** Symmetric signatures as in Standard Webhooks 1.0.0. */
public final class WebhookSignature {
    private static final String PREFIX = "whsec_";
    private static final String ALGORITHM = "HmacSHA256";
    private static final int SHORTEST = 24;
    private static final int LONGEST = 64;
    private static final int NEW_SECRET_BYTES = 32;

    private WebhookSignature() {}

    /** A random secret. */
    public static String newSecret() {
        byte[] bytes = new byte[NEW_SECRET_BYTES];
        new SecureRandom().nextBytes(bytes);
        return PREFIX + Base64.getEncoder().encodeToString(bytes);
    }

    /** Whether the text is a secret: {@code whsec_} and the base64 of 24 to 64 bytes. */
    public static boolean isSecret(String text) {
        if (!text.startsWith(PREFIX)) {
            return false;
        }
        try {
            int length = key(text).length;
            return length >= SHORTEST && length <= LONGEST;
        } catch (IllegalArgumentException notBase64) {
            return false;
        }
    }

    /**
     * The value of {@code webhook-signature}: one signature per secret, so that receivers can rotate theirs.
     *
     * @param timestamp
     *            of this attempt, seconds since 1970
     */
    static String of(List<String> secrets, String id, long timestamp, byte[] body) {
        return secrets.stream()
                .map(secret -> "v1," + sign(key(secret), id, timestamp, body))
                .collect(
                        Collectors.joining(" "));
    }

    private static String sign(byte[] key, String id, long timestamp, byte[] body) {
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(new SecretKeySpec(key, ALGORITHM));
            mac.update((id + "." + timestamp + ".").getBytes(StandardCharsets.UTF_8));
            return Base64.getEncoder().encodeToString(mac.doFinal(body));
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private static byte[] key(String secret) {
        return Base64.getDecoder().decode(secret.substring(PREFIX.length()));
    }
}
