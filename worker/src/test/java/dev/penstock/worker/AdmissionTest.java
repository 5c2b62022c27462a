package dev.penstock.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.contracts.ProgramResult;
import dev.penstock.contracts.Verdict;
import dev.penstock.worker.events.WorkerEvents;
import dev.penstock.worker.pool.Outcome;
import dev.penstock.worker.pool.PoolClient;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
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
    /** When each job in hand came. */
    private final List<Long> inHand = new ArrayList<>();
    private final Admission admission = new Admission(16, new Admission.Load() {
        @Override
        public int count() {
            return inHand.size();
        }

        @Override
        public int enteredSince(long nanos) {
            return (int) inHand.stream().filter(entered -> entered >= nanos).count();
        }
    }, PAUSES, () -> now, new Random(1), new WorkerEvents(new SimpleMeterRegistry()));

    @Test
    void whileThePoolWorksTheSlotsAreTheOnlyLimit() {
        assertThat(limit()).isGreaterThanOrEqualTo(16);
        learn(RAN);
        assertThat(limit()).isGreaterThanOrEqualTo(16);
        assertThat(admission.objection()).isEmpty();
    }

    @Test
    void moreOrFewerSlotsChangeTheLimitUnlessThePoolHoldsItDown() {
        inHand(4);
        admission.resize(20);
        assertThat(limit()).isEqualTo(40);
        admission.resize(4);
        assertThat(limit()).isEqualTo(8);
        learn(new Outcome.Busy(Optional.empty()));
        admission.resize(20);
        assertThat(limit()).isEqualTo(2);
    }

    @Test
    void aFullPoolHalvesTheCeilingOncePerBurst() {
        inHand(16);
        IntStream.range(0, 16).forEach(_ -> learn(BUSY));
        assertThat(limit()).isEqualTo(8);
        pass(Duration.ofSeconds(1));
        learn(BUSY);
        assertThat(limit()).isEqualTo(4);
    }

    @Test
    void successesRaiseTheCeilingByOnePerRound() {
        inHand(16);
        learn(BUSY);
        IntStream.range(0, 8).forEach(_ -> learn(RAN));
        assertThat(limit()).isBetween(8, 9);
        IntStream.range(0, 200).forEach(_ -> learn(RAN));
        assertThat(limit()).isGreaterThanOrEqualTo(16);
    }

    @Test
    void afterAPauseEachRoundDoublesTheCeilingUntilThePoolIsFull() {
        learn(DENIED);
        pass(admission.pause().orElseThrow());
        learn(RAN);
        for (int ceiling = 1; ceiling < 8; ceiling *= 2) {
            assertThat(limit()).isEqualTo(ceiling);
            IntStream.range(0, ceiling).forEach(_ -> learn(RAN));
        }
        assertThat(limit()).isEqualTo(8);
        inHand(8);
        pass(Duration.ofSeconds(1));
        learn(BUSY);
        IntStream.range(0, 4).forEach(_ -> learn(RAN));
        assertThat(limit()).isBetween(4, 5);
    }

    @Test
    void aPoolThatStaysFullIsAskedWithOneJobAtATimeLessAndLessOften() {
        inHand(16);
        for (int i = 0; i < 5; i++) {
            pass(Duration.ofSeconds(1));
            learn(BUSY);
        }
        inHand(0);
        assertThat(limit()).isZero();
        Duration asked = Duration.ZERO;
        for (int probes = 0; probes < 10; probes++) {
            Duration pause = admission.pause().orElseThrow();
            assertThat(pause).isLessThanOrEqualTo(PAUSES.most());
            pass(pause);
            asked = asked.plus(pause);
            assertThat(limit()).isEqualTo(1);
            learn(BUSY);
            assertThat(limit()).isZero();
        }
        assertThat(asked).isGreaterThan(Duration.ofMinutes(1));
        pass(admission.pause().orElseThrow());
        learn(RAN);
        assertThat(limit()).isEqualTo(1);
        assertThat(admission.objection()).isEmpty();
    }

    @Test
    void aDenialStopsEverythingAtOnceUntilAProbeWorks() {
        learn(DENIED);
        learn(DENIED);
        // Was under way before.
        learn(RAN);
        assertThat(limit()).isZero();
        assertThat(admission.objection()).contains("not allowed");
        pass(admission.pause().orElseThrow());
        assertThat(limit()).isEqualTo(1);
        learn(RAN);
        assertThat(limit()).isEqualTo(1);
    }

    @Test
    void fiveFailuresInARowOpenTheBreaker() {
        for (int i = 0; i < 4; i++) {
            learn(UNAVAILABLE);
        }
        learn(RAN);
        for (int i = 0; i < 4; i++) {
            learn(new Outcome.Lost("reset"));
        }
        assertThat(limit()).isPositive();
        learn(UNAVAILABLE);
        assertThat(limit()).isZero();
        pass(admission.pause().orElseThrow());
        learn(UNAVAILABLE);
        assertThat(limit()).isZero();
    }

    /** Slots that nobody uses say nothing of what the pool can take. */
    @Test
    void aFullPoolHalvesWhatIsInHandNotWhatCouldBe() {
        inHand(5);
        learn(BUSY);
        assertThat(limit()).isEqualTo(2);
    }

    @Test
    void aPauseEndsThoughLongJobsRunThroughIt() {
        inHand(10);
        learn(DENIED);
        pass(admission.pause().orElseThrow());
        assertThat(admission.room()).as("one more").isEqualTo(1);
        // A job from before the pause ends: it is no probe, and makes no room for a second one.
        inHand.removeFirst();
        long before = now;
        inHand.add(now);
        assertThat(admission.room()).isZero();
        admission.learn(RAN, before - Duration.ofHours(1).toNanos());
        assertThat(admission.room()).isZero();
        assertThat(admission.objection()).isPresent();

        learn(RAN);
        assertThat(admission.objection()).isEmpty();
        inHand.removeLast();
        assertThat(admission.room()).as("the probe's place").isEqualTo(1);
    }

    @Test
    void aPoolThatSaysWhenToComeAgainIsLeftInPeaceUntilThen() {
        inHand(8);
        learn(new Outcome.Busy(Optional.of(Duration.ofMinutes(2))));
        learn(new Outcome.Busy(Optional.of(Duration.ofMinutes(1))));
        inHand(0);
        assertThat(admission.pause()).contains(Duration.ofMinutes(2));
        pass(Duration.ofSeconds(119));
        assertThat(admission.room()).isZero();
        assertThat(admission.objection()).as("nothing is wrong with it").isEmpty();
        pass(Duration.ofSeconds(1));
        assertThat(admission.room()).isEqualTo(4);
    }

    @Test
    void aPoolThatLetsUsInAgainIsHeardWithoutAJobButNotTrustedWithMoreThanOne() {
        learn(DENIED);
        assertThat(admission.wantsWord()).as("too soon").isFalse();
        assertThat(admission.probesOnly()).isTrue();
        pass(admission.pause().orElseThrow());
        assertThat(admission.wantsWord()).isTrue();
        admission.heard(PoolClient.Word.DENIED);
        assertThat(admission.objection()).contains("not allowed");
        assertThat(admission.room()).as("no job has to try").isZero();
        pass(admission.pause().orElseThrow());
        admission.heard(PoolClient.Word.NONE);
        assertThat(admission.room()).as("only a job can try").isEqualTo(1);
        inHand.add(now);
        assertThat(admission.wantsWord()).as("a job asks").isFalse();
        inHand.clear();
        admission.heard(PoolClient.Word.LET_IN);
        assertThat(admission.objection()).isEmpty();
        assertThat(admission.room()).isEqualTo(1);
        assertThat(admission.probesOnly()).isFalse();
    }

    private void inHand(int jobs) {
        inHand.clear();
        IntStream.range(0, jobs).forEach(_ -> inHand.add(now));
    }

    private void learn(Outcome outcome) {
        admission.learn(outcome, now);
    }

    /** How many jobs may be in hand in all. */
    private int limit() {
        return admission.room() + inHand.size();
    }

    private void pass(Duration time) {
        now += time.toNanos();
    }
}
