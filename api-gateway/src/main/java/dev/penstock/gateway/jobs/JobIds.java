package dev.penstock.gateway.jobs;

import java.security.SecureRandom;
import java.time.Instant;

/** Makes ids: sortable by time to the millisecond, with 80 random bits, so that nobody can guess one. */
public final class JobIds {
    private static final String ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    private static final int TIME_CHARACTERS = 10;
    private static final int RANDOM_CHARACTERS = 16;
    private static final SecureRandom RANDOM = new SecureRandom();

    private JobIds() {}

    /** What ids made from that millisecond on start with; it sorts before all of them. */
    public static String from(Instant time) {
        return timed("job_", time).toString();
    }

    /** A job's: {@code job_} and 26 characters as in a ULID. */
    public static String next(Instant now) {
        return random("job_", now);
    }

    /** A batch's: {@code bat_} and 26 characters. */
    public static String nextBatch(Instant now) {
        return random("bat_", now);
    }

    private static StringBuilder timed(String prefix, Instant time) {
        StringBuilder id = new StringBuilder(prefix);
        long milliseconds = time.toEpochMilli();
        for (int shift = 5 * (TIME_CHARACTERS - 1); shift >= 0; shift -= 5) {
            id.append(ALPHABET.charAt((int) (milliseconds >>> shift) & 31));
        }
        return id;
    }

    private static String random(String prefix, Instant now) {
        StringBuilder id = timed(prefix, now);
        byte[] random = new byte[RANDOM_CHARACTERS];
        RANDOM.nextBytes(random);
        for (byte b : random) {
            id.append(ALPHABET.charAt(b & 31));
        }
        return id.toString();
    }
}
