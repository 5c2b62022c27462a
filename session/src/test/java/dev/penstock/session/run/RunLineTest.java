package dev.penstock.session.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class RunLineTest {
    @Test
    void whoseTurnDoesNotComeInTimeIsTurnedAwayAndHoldsNoPlace() throws Exception {
        var line = new RunLine(1, 1, Duration.ofMillis(20));

        line.enter(() -> {
            for (int i = 0; i < 2; i++) {
                assertThatThrownBy(() -> line.enter(() -> "never")).isInstanceOf(RunLine.LineFullException.class);
                assertThat(line.waiting()).isZero();
            }
            return "held";
        });

        assertThat(line.<String>enter(() -> "next")).isEqualTo("next");
    }
}
