package dev.penstock.local.pool;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class SessionPoolTest {
    private static final Duration COOLDOWN = Duration.ofMinutes(5);

    private final SettableClock clock = new SettableClock();

    @Test
    void aSessionHoldsItsSlotUntilItHasIdledForTheCooldown() {
        SessionPool pool = pool(PoolSettings.of(2));
        call(pool, "first");
        call(pool, "second");
        clock.pass(COOLDOWN.minusMillis(1));
        assertThat(pool.admit("third")).isEqualTo(Admission.Refused.FULL);
        clock.pass(Duration.ofMillis(1));
        assertThat(pool.admit("third")).isInstanceOf(Admission.Admitted.class);
        assertThat(pool.gauges().allocated()).isEqualTo(1);
        assertThat(pool.gauges().peakAllocated()).isEqualTo(2);
    }

    @Test
    void everyRequestStartsTheCooldownAnew() {
        SessionPool pool = pool(PoolSettings.of(2));
        Session first = call(pool, "first");
        clock.pass(COOLDOWN.minusMillis(1));
        assertThat(call(pool, "first")).isEqualTo(first);
        clock.pass(COOLDOWN.minusMillis(1));
        assertThat(call(pool, "first")).isEqualTo(first);
    }

    @Test
    void aRequestInFlightHoldsTheExpiryOff() {
        SessionPool pool = pool(PoolSettings.of(2));
        Session session = admitted(pool, "first");
        clock.pass(COOLDOWN.multipliedBy(2));
        assertThat(pool.knows("first")).isTrue();
        pool.finish(session);
        clock.pass(COOLDOWN);
        assertThat(pool.knows("first")).isFalse();
    }

    @Test
    void theSameIdentifierAfterAStopIsAnotherSession() {
        SessionPool pool = pool(PoolSettings.of(2));
        Session before = admitted(pool, "first");
        assertThat(pool.stop("first")).contains(before);
        Session after = admitted(pool, "first");
        assertThat(after).isNotEqualTo(before);
        pool.finish(before);
        assertThat(pool.gauges().executing()).as("a late end of the old session's request").isEqualTo(1);
    }

    @Test
    void stoppingWhatIsNotThereFindsNothing() {
        assertThat(pool(PoolSettings.of(2)).stop("nobody")).isEmpty();
    }

    private SessionPool pool(PoolSettings settings) {
        return new SessionPool(settings, clock);
    }

    private static Session call(SessionPool pool, String identifier) {
        Session session = admitted(pool, identifier);
        pool.finish(session);
        return session;
    }

    private static Session admitted(SessionPool pool, String identifier) {
        return switch (pool.admit(identifier)) {
            case Admission.Admitted(var session, _) -> session;
            case Admission.Refused refused -> throw new AssertionError("refused: " + refused);
        };
    }
}
