package dev.penstock.session.run;

import java.math.BigDecimal;
import java.time.Duration;

/** Amounts as people write them. */
final class Amounts {
    private Amounts() {}

    /** Such as {@code 10 s} or {@code 0.25 s}. */
    static String seconds(Duration duration) {
        return BigDecimal.valueOf(duration.toMillis(), 3).stripTrailingZeros().toPlainString() + " s";
    }

    /** Such as {@code 1 MiB}, or {@code 1500 bytes} where no larger unit fits exactly. */
    static String bytes(long bytes) {
        if (bytes >= 1 << 20 && bytes % (1 << 20) == 0) {
            return (bytes >> 20) + " MiB";
        }
        return bytes >= 1 << 10 && bytes % (1 << 10) == 0 ? (bytes >> 10) + " KiB" : bytes + " bytes";
    }
}
