package dev.penstock.local.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Many callers at once, who come back when refused, while connections break. */
@Timeout(60)
class ChurnTest {
    private static final int CALLERS = 8;
    private static final int JOBS = 40;
    private static final int MAX = 4;

    private final AtomicInteger done = new AtomicInteger();
    private final AtomicInteger refused = new AtomicInteger();
    private final AtomicInteger broken = new AtomicInteger();

    @Test
    void everySlotComesBackAndNoMoreThanTheMaxAreEverUsed() throws Exception {
        long seed = new Random().nextLong();
        System.out.println("seed " + seed);
        try (var rig = new Rig(PoolSettings.of(MAX)); var callers = Executors.newVirtualThreadPerTaskExecutor()) {
            rig.pool.faults()
                    .add(new FaultRule(new Fault.Cut(Fault.Moment.BEFORE_ANSWER), FaultRule.Scope.SESSIONS, 0, 5));
            rig.pool.faults()
                    .add(new FaultRule(new Fault.Cut(Fault.Moment.WITHIN_ANSWER), FaultRule.Scope.SESSIONS, 0, 5));
            var work = IntStream.range(0, CALLERS)
                    .mapToObj(caller -> callers.submit(() -> work(rig, new Random(seed + caller))))
                    .toList();
            for (var caller : work) {
                caller.get();
            }
            assertThat(done.get() + broken.get()).isEqualTo(CALLERS * JOBS);
            assertThat(refused.get()).as("refusals").isEqualTo((int) rig.pool.stats().answered(AnswerKind.FULL));
            await().until(() -> rig.pool.stats().executing() == 0);
            assertThat(rig.pool.stats().allocated()).isZero();
            assertThat(rig.pool.stats().peakAllocated()).isLessThanOrEqualTo(MAX);
        }
    }

    private Void work(Rig rig, Random random) throws Exception {
        for (int job = 0; job < JOBS; job++) {
            String identifier = "job-" + Long.toHexString(random.nextLong());
            while (!ran(rig, identifier)) {
                refused.incrementAndGet();
                // Callers who were refused come back at random: their churn is what is tested.
                Thread.sleep(Duration.ofMillis(random.nextInt(10)));
            }
            rig.caller.manage("stopSession", "&identifier=" + identifier);
        }
        return null;
    }

    private boolean ran(Rig rig, String identifier) throws InterruptedException {
        try {
            HttpResponse<String> answer = rig.caller.postAsync("/x?identifier=" + identifier, "print").get();
            if (answer.statusCode() == 429) {
                return false;
            }
            assertThat(answer.body()).isEqualTo("POST /x?identifier=" + identifier + "\nprint");
            done.incrementAndGet();
        } catch (ExecutionException cut) {
            assertThat(cut).hasCauseInstanceOf(IOException.class);
            broken.incrementAndGet();
        }
        return true;
    }
}
