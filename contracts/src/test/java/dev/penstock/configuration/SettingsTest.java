package dev.penstock.configuration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.net.URI;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SettingsTest {
    @Test
    void values_and_defaults_are_read() {
        var settings = new Settings(Map.of("PORT", " 9000 ", "URL", "http://127.0.0.1:1/", "EMPTY", ""));
        var port = settings.port("PORT").or(1);
        var url = settings.url("URL").required("a URL");
        var empty = settings.number("EMPTY", 1, 2).or(2);
        var absent = settings.text("ABSENT").optional();
        settings.verify();
        assertThat(port.get()).isEqualTo(9000);
        assertThat(url.get()).isEqualTo(URI.create("http://127.0.0.1:1"));
        assertThat(empty.get()).isEqualTo(2);
        assertThat(absent.get()).isEmpty();
    }

    @Test
    void all_problems_are_told_at_once_and_no_value_is_repeated() {
        var settings = new Settings(Map.of("PORT", "hunter2", "URL", "ftp://x", "FLAG", "maybe"));
        var port = settings.port("PORT").or(1);
        var url = settings.url("URL").or(URI.create("http://x"));
        var flag = settings.flag("FLAG").or(true);
        var missing = settings.text("MISSING").required("the key to the door");
        assertThat(new Object[]{port, url, flag, missing}).doesNotContainNull();
        assertThatExceptionOfType(InvalidConfigurationException.class).isThrownBy(settings::verify)
                .satisfies(wrong -> assertThat(wrong.problems()).containsExactly(
                        "PORT must be a whole number from 0 to 65535",
                        "URL must be an http or https URL with a host, such as http://127.0.0.1:8080",
                        "FLAG must be true or false", "MISSING is missing: set it to the key to the door"));
    }

    @ParameterizedTest
    @CsvSource({"250ms,250", "3,3000", "30s,30000", "5m,300000", "24h,86400000"})
    void durations_have_units(String text, long milliseconds) {
        assertThat(Settings.parseDuration(text)).isEqualTo(Duration.ofMillis(milliseconds));
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "-1s", "5d", "s", "1.5s", "99999999999999999999h", "9223372036854775807h"})
    void durations_that_make_no_sense_are_refused(String text) {
        assertThatExceptionOfType(IllegalArgumentException.class).isThrownBy(() -> Settings.parseDuration(text));
    }
}
