package dev.penstock.worker.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SessionIdentifierTest {
    @Test
    void whatIsLoggedOpensNoSession() {
        SessionIdentifier session = SessionIdentifier.fresh("penstock", 7);
        String random = session.value().substring("penstock-7-".length());
        assertThat(session.hash()).matches("[0-9a-f]{12}").isEqualTo(new SessionIdentifier(session.value()).hash());
        assertThat(session.toString()).contains(session.hash()).doesNotContain(random, session.value());
        assertThat(random).doesNotContain(session.hash());
    }

    @Test
    void anIdentifierIsFreshAndTellsItsSlotToItsOwnDeploymentOnly() {
        assertThat(IntStream.range(0, 1000).mapToObj(_ -> SessionIdentifier.fresh("penstock", 7)))
                .doesNotHaveDuplicates();
        SessionIdentifier session = SessionIdentifier.fresh("penstock", 7);
        assertThat(session.slot("penstock")).hasValue(7);
        assertThat(session.slot("pen")).isEmpty();
        assertThat(new SessionIdentifier("penstock-7-by-hand").slot("penstock")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "abc", "a b c d", "a/../b", "a&b=c", "äöüß"})
    void whatAPoolWouldNotTakeIsNoIdentifier(String text) {
        assertThatIllegalArgumentException().isThrownBy(() -> new SessionIdentifier(text));
        assertThat(SessionIdentifier.parse(text)).isEmpty();
    }
}
