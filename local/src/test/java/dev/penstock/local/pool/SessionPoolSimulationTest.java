package dev.penstock.local.pool;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Random calls in random order, checked after each against what must always hold. */
class SessionPoolSimulationTest {
    private static final int MAX = 5;
    private static final int READY = 2;
    private static final int STEPS = 3_000;

    private final SettableClock clock = new SettableClock();
    private final SessionPool pool = new SessionPool(PoolSettings.of(MAX)
            .withSessions(MAX, READY)
            .withCooldown(Duration.ofSeconds(30))
            .withStartDelay(Duration.ofSeconds(2))
            .withStopLag(Duration.ofSeconds(3)), clock);
    private final List<Session> inFlight = new ArrayList<>();
    private final Set<Session> ended = new HashSet<>();
    private int refused;

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4711, 20_261_123})
    void noSlotIsLostOrGivenTwice(long seed) {
        System.out.println("seed " + seed);
        var random = new Random(seed);
        for (int step = 0; step < STEPS; step++) {
            step(random);
            pool.takeEnded().forEach(this::end);
            checkGauges();
        }
        assertThat(refused).as("refusals, without which this proves nothing").isPositive();
        inFlight.forEach(pool::finish);
        clock.pass(Duration.ofMinutes(1));
        assertThat(pool.gauges().allocated()).as("slots that never came back").isZero();
    }

    private void step(Random random) {
        String identifier = "job-" + random.nextInt(8);
        switch (random.nextInt(10)) {
            case 0, 1, 2, 3 -> admit(identifier);
            case 4, 5 -> finishOne(random);
            case 6 -> pool.stop(identifier);
            case 7 -> {
                if (random.nextInt(50) == 0) {
                    pool.update();
                }
            }
            default -> clock.pass(Duration.ofMillis(random.nextInt(4_000)));
        }
    }

    private void admit(String identifier) {
        PoolGauges before = pool.gauges();
        boolean known = pool.knows(identifier);
        switch (pool.admit(identifier)) {
            case Admission.Admitted(var session, _) -> {
                assertThat(ended).as("sessions that are over").doesNotContain(session);
                assertThat(known || (before.allocated() < MAX && before.ready() > 0)).isTrue();
                inFlight.add(session);
            }
            case Admission.Refused.FULL -> {
                refused++;
                assertThat(known).isFalse();
                assertThat(before.allocated()).isEqualTo(MAX);
            }
            case Admission.Refused.NOT_READY -> {
                refused++;
                assertThat(known).isFalse();
                assertThat(before.ready()).isZero();
            }
        }
    }

    private void finishOne(Random random) {
        if (!inFlight.isEmpty()) {
            pool.finish(inFlight.remove(random.nextInt(inFlight.size())));
        }
    }

    private void end(Session session) {
        assertThat(ended.add(session)).as("a session ends once").isTrue();
        inFlight.removeIf(session::equals);
    }

    private void checkGauges() {
        PoolGauges now = pool.gauges();
        assertThat(now.allocated()).isLessThanOrEqualTo(MAX);
        assertThat(now.executing()).isEqualTo((int) inFlight.stream().distinct().count());
        assertThat(now.ready() + now.pending()).isEqualTo(READY);
    }
}
