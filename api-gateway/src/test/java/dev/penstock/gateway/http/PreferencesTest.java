package dev.penstock.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PreferencesTest {
    private static final Duration LONGEST = Duration.ofSeconds(60);

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '!', value = {"wait=5 | 5", "wait=0 | 0", "WAIT = 5 | 5",
            "wait=\"5\" | 5", "wait=005 | 5", "wait=61 | 60", "wait=99999999999999999999 | 60",
            "wait=5; foo=bar | 5", "respond-async, wait=5 | 5", "wait=5, wait=7 | 5",
            "foo=\"a\\\"b, wait=7\", wait=5 | 5",
            "wait=-1 |", "wait=1.5 |", "wait |", "wait= |", "wait=\"\" |", "wait=abc |", "waits=5 |", "x=\"wait=5\" |",
            "\" |", ", , |"})
    void what_is_understood_counts_and_all_else_is_ignored(String header, Integer seconds) {
        assertThat(Preferences.wait(List.of(header), LONGEST).map(wait -> (int) wait.toSeconds()).orElse(null))
                .isEqualTo(seconds);
    }
}
