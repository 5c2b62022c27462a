package dev.penstock.worker.pool;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Names one session of the pool: {@code <owner>-<slot>-<random>}. Whoever knows it and has a pool token can enter
 * the session, so the text form shows a hash instead.
 *
 * @param value
 *            4 to 128 of {@code [A-Za-z0-9-]}, what every pool accepts
 */
public record SessionIdentifier(String value) {
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final int RANDOM_BYTES = 16;
    private static final int HASH_BYTES = 6;
    private static final Pattern SAFE = Pattern.compile("[A-Za-z0-9-]{4,128}");

    public SessionIdentifier {
        if (!SAFE.matcher(value).matches()) {
            throw new IllegalArgumentException("a session identifier must be 4 to 128 of [A-Za-z0-9-]");
        }
    }

    /** A new one that nobody can guess. */
    public static SessionIdentifier fresh(String owner, int slot) {
        byte[] random = new byte[RANDOM_BYTES];
        RANDOM.nextBytes(random);
        return new SessionIdentifier(owner + "-" + slot + "-" + HexFormat.of().formatHex(random));
    }

    /** Empty for what no pool would accept from us. */
    static Optional<SessionIdentifier> parse(String text) {
        return SAFE.matcher(text).matches() ? Optional.of(new SessionIdentifier(text)) : Optional.empty();
    }

    /** The slot that it was made for, if it was made for one of that owner's. */
    public OptionalInt slot(String owner) {
        Matcher ours = Pattern.compile(Pattern.quote(owner) + "-(\\d{1,6})-[0-9a-f]{" + 2 * RANDOM_BYTES + "}")
                .matcher(value);
        return ours.matches() ? OptionalInt.of(Integer.parseInt(ours.group(1))) : OptionalInt.empty();
    }

    /** Tells one session's log lines from another's: the first 12 hex digits of the identifier's SHA-256. */
    public String hash() {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(value.getBytes(StandardCharsets.US_ASCII));
            return HexFormat.of().formatHex(digest, 0, HASH_BYTES);
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every JVM has SHA-256", impossible);
        }
    }

    @Override
    public String toString() {
        return "SessionIdentifier[" + hash() + "]";
    }
}
