package dev.penstock.gateway.webhooks;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.gateway.process.WebhookConfig;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WebhookSignatureTest {
    private static final RetrySchedule SCHEDULE = new RetrySchedule(WebhookConfig.PAUSES);
    private static final String SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    private static final byte[] BODY = "{\"test\": 2432232314}".getBytes(StandardCharsets.UTF_8);

    /** The vector of the reference libraries of Standard Webhooks 1.0.0. */
    @Test
    void the_reference_vector_comes_out() {
        assertThat(WebhookSignature.of(List.of(SECRET), "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, BODY))
                .isEqualTo("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    @Test
    void each_secret_signs_while_they_rotate() {
        assertThat(WebhookSignature.of(List.of(SECRET, SECRET), "msg_1", 1, BODY).split(" ")).hasSize(2)
                .allMatch(signature -> signature.startsWith("v1,"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "whsec_", "whsec_c2hvcnQ=", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_*",
            "whpk_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"})
    void what_is_no_secret_is_known_as_such(String text) {
        assertThat(WebhookSignature.isSecret(text)).isFalse();
        assertThat(WebhookSignature.isSecret(SECRET)).isTrue();
    }

    @Test
    void pauses_grow_and_obey_the_receiver_and_end() {
        Random random = new Random(1);
        List<Long> seconds = IntStream.rangeClosed(1, 5)
                .mapToObj(tries -> SCHEDULE.next(tries, Duration.ZERO, random).orElseThrow().toSeconds())
                .toList();

        assertThat(seconds.get(0)).isBetween(4L, 6L);
        assertThat(seconds.get(1)).isBetween(24L, 36L);
        assertThat(seconds.get(2)).isBetween(240L, 360L);
        assertThat(seconds.get(3)).isBetween(1_440L, 2_160L);
        assertThat(seconds.get(4)).isBetween(5_760L, 8_640L);
        assertThat(SCHEDULE.next(6, Duration.ZERO, random)).isEmpty();
        assertThat(SCHEDULE.next(1, Duration.ofMinutes(9), random)).contains(Duration.ofMinutes(9));
        assertThat(SCHEDULE.next(1, Duration.ofDays(900), random)).contains(Duration.ofDays(1));
    }
}
