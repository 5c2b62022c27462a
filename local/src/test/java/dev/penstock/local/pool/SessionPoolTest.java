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

    @Test
    void aStoppedSessionHoldsItsSlotAndTakesRequestsUntilTheLagIsOver() {
        SessionPool pool = pool(PoolSettings.of(2).withStopLag(Duration.ofSeconds(10)));
        Session session = call(pool, "first");
        call(pool, "second");
        pool.stop("first");
        clock.pass(Duration.ofSeconds(9));
        assertThat(pool.stop("first")).as("a second stop").contains(session);
        assertThat(pool.admit("third")).isEqualTo(Admission.Refused.FULL);
        assertThat(admitted(pool, "first")).isEqualTo(session);
        assertThat(pool.nextCut()).contains(clock.instant().plusSeconds(1));
        clock.pass(Duration.ofSeconds(1));
        assertThat(pool.takeEnded()).containsExactly(session);
        assertThat(pool.admit("third")).isInstanceOf(Admission.Admitted.class);
    }

    @Test
    void warmContainersRunOutFasterThanTheyAreReplaced() {
        SessionPool pool = pool(PoolSettings.of(9).withSessions(9, 2).withStartDelay(Duration.ofSeconds(5)));
        assertThat(pool.admit("nobody")).as("nothing is warm yet").isEqualTo(Admission.Refused.NOT_READY);
        clock.pass(Duration.ofSeconds(5));
        assertThat(pool.gauges()).isEqualTo(new PoolGauges(0, 0, 2, 0, 0));
        admitted(pool, "first");
        clock.pass(Duration.ofSeconds(1));
        admitted(pool, "second");
        assertThat(pool.gauges()).isEqualTo(new PoolGauges(2, 2, 0, 2, 2));
        assertThat(pool.admit("third")).isEqualTo(Admission.Refused.NOT_READY);
        clock.pass(Duration.ofSeconds(4));
        assertThat(pool.gauges()).isEqualTo(new PoolGauges(2, 1, 1, 2, 2));
        assertThat(pool.admit("third")).isInstanceOf(Admission.Admitted.class);
    }

    @Test
    void aPoolToldToWaitAllocatesTheNextContainerBeforeItIsReady() {
        SessionPool pool = pool(PoolSettings.of(9).withStartDelay(Duration.ofSeconds(5)).withWaitForWarm(true));
        clock.pass(Duration.ofSeconds(2));
        assertThat(pool.admit("first")).isInstanceOfSatisfying(Admission.Admitted.class,
                first -> assertThat(first.readyAt()).isEqualTo(clock.instant().plusSeconds(3)));
        assertThat(pool.admit("second")).isInstanceOfSatisfying(Admission.Admitted.class,
                second -> assertThat(second.readyAt()).isEqualTo(clock.instant().plusSeconds(5)));
        assertThat(pool.gauges().allocated()).isEqualTo(2);
    }

    @Test
    void inACrashLoopNoNewSessionCanBeHadButKnownOnesWork() {
        SessionPool pool = pool(PoolSettings.of(9));
        call(pool, "first");
        pool.change(pool.settings().withCrashLoop(true).withWaitForWarm(true));
        clock.pass(Duration.ofMinutes(1));
        assertThat(pool.admit("second")).isEqualTo(Admission.Refused.NOT_READY);
        assertThat(pool.admit("first")).isInstanceOf(Admission.Admitted.class);
        pool.change(pool.settings().withCrashLoop(false));
        assertThat(pool.admit("second")).isInstanceOf(Admission.Admitted.class);
    }

    @Test
    void aSessionThatLivesUntilItsContainerExitsEndsAtTheMaxAlivePeriodEvenWhenBusy() {
        SessionPool pool = pool(
                PoolSettings.of(2).withLifecycle(new Lifecycle.OnContainerExit(Duration.ofSeconds(60))));
        Session session = admitted(pool, "first");
        assertThat(pool.nextCut()).contains(clock.instant().plusSeconds(60));
        clock.pass(Duration.ofSeconds(60));
        assertThat(pool.takeEnded()).containsExactly(session);
        assertThat(pool.gauges().allocated()).isZero();
    }

    @Test
    void anExitFreesTheSlotAtOnce() {
        SessionPool pool = pool(PoolSettings.of(2).withStopLag(Duration.ofSeconds(10)));
        Session session = call(pool, "first");
        assertThat(pool.exit("first")).isTrue();
        assertThat(pool.exit("first")).isFalse();
        assertThat(pool.takeEnded()).containsExactly(session);
        assertThat(pool.knows("first")).isFalse();
    }

    @Test
    void anUpdateLosesAllSessionsAndAllWarmContainers() {
        SessionPool pool = pool(PoolSettings.of(9).withSessions(9, 2).withStartDelay(Duration.ofSeconds(5)));
        clock.pass(Duration.ofSeconds(5));
        Session first = admitted(pool, "first");
        assertThat(pool.update()).isEqualTo(1);
        assertThat(pool.takeEnded()).containsExactly(first);
        assertThat(pool.gauges()).isEqualTo(new PoolGauges(0, 2, 0, 0, 1));
        assertThat(pool.admit("first")).isEqualTo(Admission.Refused.NOT_READY);
    }

    @Test
    void aSmallerMaxLetsSessionsEndByThemselves() {
        SessionPool pool = pool(PoolSettings.of(3));
        call(pool, "first");
        call(pool, "second");
        call(pool, "third");
        pool.change(pool.settings().withSessions(2, 1));
        pool.stop("first");
        assertThat(pool.admit("fourth")).isEqualTo(Admission.Refused.FULL);
        assertThat(pool.admit("second")).isInstanceOf(Admission.Admitted.class);
        pool.stop("third");
        assertThat(pool.admit("fourth")).isInstanceOf(Admission.Admitted.class);
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
