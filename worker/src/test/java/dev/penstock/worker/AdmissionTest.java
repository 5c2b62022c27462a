package dev.penstock.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.contracts.ProgramResult;
import dev.penstock.contracts.Verdict;
import dev.penstock.worker.events.WorkerEvents;
import dev.penstock.worker.pool.Outcome;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class AdmissionTest {
    private static final Outcome RAN = new Outcome.Ran(new ProgramResult(Verdict.OK, null, null, null));
    private static final Outcome BUSY = new Outcome.Busy(Optional.empty());
    private static final Outcome DENIED = new Outcome.Denied("not allowed");
    private static final Outcome UNAVAILABLE = new Outcome.Unavailable("down");
    private static final Backoff PAUSES = new Backoff(Duration.ofMillis(500), Duration.ofSeconds(30));

    private long now;
    private final Admission admission = new Admission(16, PAUSES, () -> now, new Random(1),
            new WorkerEvents(new SimpleMeterRegistry()));

    @Test
    void whileThePoolWorksTheSlotsAreTheOnlyLimit() {
        assertThat(admission.limit()).isGreaterThanOrEqualTo(16);
        admission.learn(RAN);
        assertThat(admission.limit()).isGreaterThanOrEqualTo(16);
        assertThat(admission.objection()).isEmpty();
    }

    @Test
    void moreOrFewerSlotsChangeTheLimitUnlessThePoolHoldsItDown() {
        admission.resize(20);
        assertThat(admission.limit()).isEqualTo(40);
        admission.resize(4);
        assertThat(admission.limit()).isEqualTo(8);
        admission.learn(new Outcome.Busy(Optional.empty()));
        admission.resize(20);
        assertThat(admission.limit()).isEqualTo(2);
    }

    @Test
    void aFullPoolHalvesTheCeilingOncePerBurst() {
        IntStream.range(0, 16).forEach(_ -> admission.learn(BUSY));
        assertThat(admission.limit()).isEqualTo(8);
        pass(Duration.ofSeconds(1));
        admission.learn(BUSY);
        assertThat(admission.limit()).isEqualTo(4);
    }

    @Test
    void successesRaiseTheCeilingByOnePerRound() {
        admission.learn(BUSY);
        IntStream.range(0, 8).forEach(_ -> admission.learn(RAN));
        assertThat(admission.limit()).isBetween(8, 9);
        IntStream.range(0, 200).forEach(_ -> admission.learn(RAN));
        assertThat(admission.limit()).isGreaterThanOrEqualTo(16);
    }

    @Test
    void afterAPauseEachRoundDoublesTheCeilingUntilThePoolIsFull() {
        admission.learn(DENIED);
        pass(admission.pause().orElseThrow());
        admission.learn(RAN);
        for (int ceiling = 1; ceiling < 8; ceiling *= 2) {
            assertThat(admission.limit()).isEqualTo(ceiling);
            IntStream.range(0, ceiling).forEach(_ -> admission.learn(RAN));
        }
        assertThat(admission.limit()).isEqualTo(8);
        pass(Duration.ofSeconds(1));
        admission.learn(BUSY);
        IntStream.range(0, 4).forEach(_ -> admission.learn(RAN));
        assertThat(admission.limit()).isBetween(4, 5);
    }

    @Test
    void aPoolThatStaysFullIsAskedWithOneJobAtATimeLessAndLessOften() {
        for (int i = 0; i < 5; i++) {
            pass(Duration.ofSeconds(1));
            admission.learn(BUSY);
        }
        assertThat(admission.limit()).isZero();
        Duration asked = Duration.ZERO;
        for (int probes = 0; probes < 10; probes++) {
            Duration pause = admission.pause().orElseThrow();
            assertThat(pause).isLessThanOrEqualTo(PAUSES.most());
            pass(pause);
            asked = asked.plus(pause);
            assertThat(admission.limit()).isEqualTo(1);
            admission.learn(BUSY);
            assertThat(admission.limit()).isZero();
        }
        assertThat(asked).isGreaterThan(Duration.ofMinutes(1));
        pass(admission.pause().orElseThrow());
        admission.learn(RAN);
        assertThat(admission.limit()).isEqualTo(1);
        assertThat(admission.objection()).isEmpty();
    }

    @Test
    void aDenialStopsEverythingAtOnceUntilAProbeWorks() {
        admission.learn(DENIED);
        admission.learn(DENIED);
        // Was under way before.
        admission.learn(RAN);
        assertThat(admission.limit()).isZero();
        assertThat(admission.objection()).contains("not allowed");
        pass(admission.pause().orElseThrow());
        assertThat(admission.limit()).isEqualTo(1);
        admission.learn(RAN);
        assertThat(admission.limit()).isEqualTo(1);
    }

    @Test
    void fiveFailuresInARowOpenTheBreaker() {
        for (int i = 0; i < 4; i++) {
            admission.learn(UNAVAILABLE);
        }
        admission.learn(RAN);
        for (int i = 0; i < 4; i++) {
            admission.learn(new Outcome.Lost("reset"));
        }
        assertThat(admission.limit()).isPositive();
        admission.learn(UNAVAILABLE);
        assertThat(admission.limit()).isZero();
        pass(admission.pause().orElseThrow());
        admission.learn(UNAVAILABLE);
        assertThat(admission.limit()).isZero();
    }

    private void pass(Duration time) {
        now += time.toNanos();
    }
}
