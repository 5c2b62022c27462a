package dev.penstock.contracts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Whatever stands on a queue is either read or told to be unreadable, in a sentence that fits a dead letter. */
class HostileMessagesTest {
    private static final String GOOD = """
            {"version":1,"id":"job_hostile","tenant":"t","program":{"language":"bash","files":[{"name":"main",\
            "content":"x"}],"stdin":"","args":[],"limits":{}},"submittedAt":"2026-01-01T00:00:00Z",\
            "deadline":"2026-01-02T00:00:00Z","onLost":"retry"}""";
    private static final int FITS_A_DEAD_LETTER = 1_000;

    @Test
    void the_message_that_the_others_are_made_from_is_a_job() {
        assertThat(MessageCodec.decodeJob(envelope(GOOD, Map.of())).job().id()).isEqualTo("job_hostile");
    }

    @ParameterizedTest
    @MethodSource
    void what_is_no_job_is_unreadable(String body) {
        assertThatThrownBy(() -> MessageCodec.decodeJob(envelope(body, Map.of())))
                .isInstanceOfSatisfying(UndecodableMessageException.class,
                        poison -> assertThat(poison.getMessage()).hasSizeLessThan(FITS_A_DEAD_LETTER));
    }

    static Stream<Named<String>> what_is_no_job_is_unreadable() {
        String deadline = "\"2026-01-02T00:00:00Z\"";
        return Stream.of(Named.of("nothing", ""), Named.of("null", "null"), Named.of("an array", "[]"),
                Named.of("a number", "1"), Named.of("half", GOOD.substring(0, 100)), Named.of("more", GOOD + GOOD),
                Named.of("deep arrays", "[".repeat(100_000)), Named.of("deep objects", "{\"a\":".repeat(100_000)),
                Named.of("deep in an unknown field",
                        GOOD.replace("{\"version\"",
                                "{\"x\":" + "[".repeat(5_000) + "]".repeat(5_000) + ",\"version\"")),
                Named.of("no id", GOOD.replace("\"id\":\"job_hostile\",", "")),
                Named.of("an id with a slash", GOOD.replace("job_hostile", "../etc")),
                Named.of("an id that is a number", GOOD.replace("\"job_hostile\"", "7")),
                Named.of("no deadline",
                        GOOD.replace(",\"deadline\":" + deadline, "").replace("\"deadline\":" + deadline + ",", "")),
                Named.of("a deadline in words", GOOD.replace(deadline, "\"tomorrow\"")),
                Named.of("a deadline in seconds", GOOD.replace(deadline, "1767312000")),
                Named.of("a deadline in seconds as text", GOOD.replace(deadline, "\"1767312000\"")),
                Named.of("a deadline beyond all numbers", GOOD.replace(deadline, "1e999999999")),
                Named.of("a deadline beyond all calendars", GOOD.replace(deadline, "\"+999999999-01-01T00:00:00Z\"")),
                Named.of("a deadline before all calendars", GOOD.replace(deadline, "\"-0001-01-01T00:00:00Z\"")),
                Named.of("a deadline that is empty", GOOD.replace(deadline, "\"\"")),
                Named.of("a deadline of parts", GOOD.replace(deadline, "[2026,1,2]")),
                Named.of("a version as text", GOOD.replace("\"version\":1", "\"version\":\"1\"")),
                Named.of("a version of the future", GOOD.replace("\"version\":1", "\"version\":2")),
                Named.of("a huge number", GOOD.replace("\"version\":1", "\"version\":" + "9".repeat(5_000))),
                Named.of("no files", GOOD.replaceFirst("\\[\\{.*?}]", "[]")),
                Named.of("files that are null", GOOD.replaceFirst("\\[\\{.*?}]", "[null]")),
                Named.of("a limit below zero", GOOD.replace("\"limits\":{}", "\"limits\":{\"wallTimeMs\":-1}")),
                Named.of("a limit too large", GOOD.replace("\"limits\":{}", "\"limits\":{\"wallTimeMs\":1e30}")),
                Named.of("tests that are null", GOOD.replace("\"onLost\"", "\"tests\":[null],\"onLost\"")),
                Named.of("a test with an endless name",
                        GOOD.replace("\"onLost\"", "\"tests\":[{\"id\":\"" + "i".repeat(65) + "\"}],\"onLost\"")),
                Named.of("a test without a name", GOOD.replace("\"onLost\"", "\"tests\":[{}],\"onLost\"")),
                Named.of("an unknown wish", GOOD.replace("\"retry\"", "\"explode\"")));
    }

    @ParameterizedTest
    @MethodSource
    void counters_that_nobody_can_have_reached_are_unreadable(Map<String, Object> properties) {
        assertThatThrownBy(() -> MessageCodec.decodeJob(envelope(GOOD, properties)))
                .isInstanceOfSatisfying(UndecodableMessageException.class,
                        poison -> assertThat(poison.jobId()).contains("job_hostile"));
    }

    static Stream<Map<String, Object>> counters_that_nobody_can_have_reached_are_unreadable() {
        return Stream.of("attempt", "requeues")
                .flatMap(name -> Stream.of(-1, Integer.MAX_VALUE, Long.MAX_VALUE, Long.MIN_VALUE, "3", List.of(), true)
                        .map(value -> Map.of(name, value)));
    }

    /** What is left after a byte was changed is still a job, or unreadable: nothing else is ever thrown. */
    @Test
    void a_job_with_any_byte_changed_is_read_or_unreadable() {
        long seed = new Random().nextLong();
        System.out.println("hostile messages: seed " + seed);
        Random random = new Random(seed);
        byte[] good = GOOD.getBytes(StandardCharsets.UTF_8);
        int unreadable = 0;
        for (int i = 0; i < 5_000; i++) {
            byte[] body = good.clone();
            for (int change = random.nextInt(3); change >= 0; change--) {
                body[random.nextInt(body.length)] = (byte) random.nextInt(256);
            }
            try {
                MessageCodec.decodeJob(new Envelope("m", "job", body, Map.of()));
            } catch (UndecodableMessageException poison) {
                unreadable++;
            }
        }
        assertThat(unreadable).isPositive();
    }

    private static Envelope envelope(String body, Map<String, Object> properties) {
        return new Envelope("m", "job", body.getBytes(StandardCharsets.UTF_8), properties);
    }
}
