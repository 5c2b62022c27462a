package dev.penstock.gateway.store;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What is known of an API key: never the key itself.
 *
 * @param id
 *            to name it by; no secret
 * @param tenant
 *            whose jobs it opens
 * @param name
 *            what its owner calls it
 */
public record ApiKey(String id, String tenant, String name, Set<Scope> scopes, Instant createdAt,
        @Nullable Instant revokedAt) {
    public ApiKey {
        scopes = Set.copyOf(scopes);
    }

    /** What a key may be used for. */
    public enum Scope {
        /** Reading jobs, batches, deliveries and runtimes. */
        READ,
        /** Submitting, cancelling, deleting, replaying. */
        WRITE;

        /** How a token names it in its {@code scp}, {@code scope} or {@code roles}. */
        public String tokenScope() {
            return "penstock." + name().toLowerCase(Locale.ROOT);
        }

        static Scope of(String name) {
            return valueOf(name.toUpperCase(Locale.ROOT));
        }
    }

    /** What is stored of a key's text. */
    public static String digest(String key) {
        try {
            MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
            return HexFormat.of().formatHex(sha256.digest(key.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
