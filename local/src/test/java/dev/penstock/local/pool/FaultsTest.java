package dev.penstock.local.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.penstock.local.pool.Faults.RequestKind;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class FaultsTest {
    private static final Fault UNAUTHORIZED = new Fault.Answer(401, "");

    @Test
    void aRuleIsUsedUpByTheRequestsOfItsScope() {
        Faults faults = new Faults(1, List.of(new FaultRule(UNAUTHORIZED, FaultRule.Scope.MANAGEMENT, 2, 100)));
        assertThat(faults.strike(RequestKind.NEW_SESSION).fault()).isEmpty();
        assertThat(faults.strike(RequestKind.MANAGEMENT).fault()).contains(UNAUTHORIZED);
        assertThat(faults.rules().getFirst().requests()).isEqualTo(1);
        assertThat(faults.strike(RequestKind.MANAGEMENT).fault()).contains(UNAUTHORIZED);
        assertThat(faults.strike(RequestKind.MANAGEMENT).fault()).isEmpty();
        assertThat(faults.rules()).isEmpty();
    }

    @Test
    void aShareOfTheRequestsIsStruckAndTheSameOnesForTheSameSeed() {
        List<Boolean> struck = struck(4711);
        assertThat(struck.stream().filter(hit -> hit).count()).isBetween(30L, 70L);
        assertThat(struck(4711)).isEqualTo(struck);
        assertThat(struck(4712)).isNotEqualTo(struck);
    }

    private static List<Boolean> struck(long seed) {
        Faults faults = new Faults(seed,
                List.of(new FaultRule(new Fault.Busy(429), FaultRule.Scope.SESSIONS, 100, 50)));
        return IntStream.range(0, 100)
                .mapToObj(request -> faults.strike(RequestKind.NEW_SESSION).fault().isPresent())
                .toList();
    }

    @Test
    void delaysAddUpAndTheFirstOtherFaultWinsWhileLaterOnesWait() {
        Faults faults = new Faults(1, List.of());
        faults.add(FaultRule.always(new Fault.Delay(Duration.ofSeconds(1))));
        faults.add(FaultRule.next(1, new Fault.Cut(Fault.Moment.BEFORE_ANSWER)));
        faults.add(FaultRule.next(1, UNAUTHORIZED));
        faults.add(FaultRule.always(new Fault.Delay(Duration.ofSeconds(2))));
        var delay = Duration.ofSeconds(3);
        assertThat(faults.strike(RequestKind.KNOWN_SESSION))
                .isEqualTo(new Faults.Strike(delay, Optional.of(new Fault.Cut(Fault.Moment.BEFORE_ANSWER))));
        assertThat(faults.strike(RequestKind.KNOWN_SESSION))
                .isEqualTo(new Faults.Strike(delay, Optional.of(UNAUTHORIZED)));
        assertThat(faults.strike(RequestKind.KNOWN_SESSION)).isEqualTo(new Faults.Strike(delay, Optional.empty()));
        faults.clear();
        assertThat(faults.strike(RequestKind.KNOWN_SESSION).delay()).isZero();
    }

    @Test
    void theNumberOfRulesIsBounded() {
        Faults faults = new Faults(1, List.of());
        IntStream.range(0, 100).forEach(rule -> faults.add(FaultRule.always(UNAUTHORIZED)));
        assertThatThrownBy(() -> faults.add(FaultRule.always(UNAUTHORIZED))).isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("clear them");
    }
}
