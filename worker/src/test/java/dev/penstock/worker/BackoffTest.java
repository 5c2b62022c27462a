package dev.penstock.worker;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BackoffTest {
    private static final Backoff BACKOFF = new Backoff(Duration.ofMillis(500), Duration.ofSeconds(30));

    @ParameterizedTest(name = "after {0} delays the next is up to {1} ms")
    @CsvSource({"0, 500", "1, 1000", "3, 4000", "6, 30000", "1000000, 30000"})
    void delaysFillTheRangeUpToADoublingCeiling(int previous, long ceiling) {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        long least = Long.MAX_VALUE;
        long most = 0;
        for (int i = 0; i < 2000; i++) {
            long delay = BACKOFF.delay(previous, random).toMillis();
            least = Math.min(least, delay);
            most = Math.max(most, delay);
        }
        assertThat(most).as("seed %d", seed).isBetween(ceiling * 9 / 10, ceiling);
        assertThat(least).as("seed %d", seed).isBetween(0L, ceiling / 10);
    }

    @Test
    void veryLongDelaysDoNotOverflow() {
        Backoff days = new Backoff(Duration.ofDays(10), Duration.ofDays(30));
        assertThat(days.delay(60, new Random(1))).isBetween(Duration.ZERO, Duration.ofDays(30));
    }
}
