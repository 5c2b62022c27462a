package dev.penstock.gateway.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.contracts.Job;
import dev.penstock.contracts.JobMessage;
import dev.penstock.contracts.Limits;
import dev.penstock.contracts.OnLost;
import dev.penstock.contracts.Output;
import dev.penstock.contracts.Program;
import dev.penstock.contracts.ProgramResult;
import dev.penstock.contracts.Reply;
import dev.penstock.contracts.SourceFile;
import dev.penstock.contracts.StageResult;
import dev.penstock.contracts.Verdict;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Positions and rates are measured on a clock of the test's own. */
@ParameterizedClass
@EnumSource(TestStore.class)
class BacklogStoreTest {
    private static final Instant NOON = Instant.parse("2030-01-01T12:00:00Z");

    private final TestStore kind;

    @TempDir
    private Path folder;

    private final Vertx vertx = Vertx.vertx();
    private Database database;
    private BacklogStore backlog;

    BacklogStoreTest(TestStore kind) {
        this.kind = kind;
    }

    @BeforeEach
    void open() {
        database = Database.open(kind.fresh(folder), vertx.getOrCreateContext());
        backlog = new BacklogStore(database);
    }

    @AfterEach
    void close() throws InterruptedException {
        database.close();
        vertx.close().await();
    }

    @Test
    void an_empty_store_has_no_backlog_and_no_rate() {
        Backlog empty = backlog.measure(NOON).await();

        assertThat(empty.queued()).isZero();
        assertThat(empty.timeFor(0)).hasValue(Duration.ZERO);
        assertThat(empty.timeFor(1)).isEmpty();
    }

    @Test
    void a_jobs_position_falls_as_those_before_it_end() {
        submit("a", 10);
        long last = number("a-9");
        assertThat(backlog.measure(NOON).await().position(last)).isEqualTo(10);
        assertThat(backlog.measure(NOON).await().position(number("a-0"))).isEqualTo(1);

        IntStream.range(0, 4).forEach(i -> run("a-" + i, NOON));
        assertThat(backlog.measure(NOON).await().position(last)).isEqualTo(6);
        submit("b", 5);
        assertThat(backlog.measure(NOON).await().position(last)).as("later ones are behind").isEqualTo(6);
    }

    @Test
    void running_jobs_do_not_wait() {
        submit("a", 3);
        new JobStore(database)
                .progress(new Reply.Progressed(Reply.VERSION, "job_a-0", Reply.Phase.RUNNING, 1, 0, 0, NOON))
                .await();

        Backlog measured = backlog.measure(NOON).await();
        assertThat(measured.queued()).isEqualTo(2);
        assertThat(measured.running()).isEqualTo(1);
        assertThat(backlog.of("t").await()).isEqualTo(new BacklogStore.OfTenant(2, 1));
        assertThat(backlog.of("another").await()).isEqualTo(new BacklogStore.OfTenant(0, 0));
    }

    @Test
    void the_rate_is_that_of_the_time_in_which_jobs_waited() {
        Backlog measured = afterABusyMinute();

        assertThat(measured.perSecond()).hasValue(0.4);
        assertThat(measured.timeFor(4)).hasValue(Duration.ofSeconds(10));
        assertThat(backlog.measure(NOON.plus(Duration.ofHours(1))).await().perSecond()).as("long ago").isEmpty();
    }

    /** With 24 runs while others waited. */
    private Backlog afterABusyMinute() {
        submit("a", 200);
        int ended = 0;
        for (int second = 0; second < 60; second += 5) {
            Instant now = NOON.plusSeconds(second);
            backlog.measure(now).await();
            run("a-" + ended++, now);
            run("a-" + ended++, now);
        }
        return backlog.measure(NOON.plusSeconds(60)).await();
    }

    @Test
    void the_rate_outlives_a_restart_and_is_the_same_at_another_gateway() {
        afterABusyMinute();
        assertThat(new BacklogStore(database).measure(NOON.plusSeconds(61)).await().perSecond()).hasValue(0.4);
    }

    @Test
    void a_time_in_which_jobs_waited_and_none_was_served_is_a_standstill_and_no_unknown_rate() {
        submit("a", 2);
        for (int second = 0; second <= 120; second += 5) {
            backlog.measure(NOON.plusSeconds(second)).await();
        }
        Backlog measured = backlog.measure(NOON.plusSeconds(121)).await();
        assertThat(measured.standstill()).isEqualTo(Duration.ofSeconds(110));
        assertThat(measured.perSecond()).isEmpty();
        assertThat(backlog.measure(NOON.plusSeconds(300)).await().standstill()).as("nobody looked for long").isZero();
    }

    @Test
    void one_run_ends_a_standstill() {
        submit("a", 2);
        for (int second = 0; second <= 60; second += 5) {
            backlog.measure(NOON.plusSeconds(second)).await();
        }
        run("a-0", NOON.plusSeconds(61));
        backlog.measure(NOON.plusSeconds(65)).await();

        assertThat(backlog.measure(NOON.plusSeconds(71)).await().standstill()).isZero();
    }

    @Test
    void while_nothing_waits_nothing_is_known_of_the_rate() {
        for (int second = 0; second < 60; second += 10) {
            Instant now = NOON.plusSeconds(second);
            submit("s" + second, 1);
            run("s" + second + "-0", now);
            backlog.measure(now).await();
        }

        Backlog measured = backlog.measure(NOON.plusSeconds(60)).await();
        assertThat(measured.perSecond()).isEmpty();
        assertThat(measured.standstill()).isZero();
    }

    /** One after the other: several writers would number them as they like. */
    private void submit(String name, int jobs) {
        Submissions submissions = new Submissions(database);
        for (int i = 0; i < jobs; i++) {
            submissions.insert(new NewJob(job("job_" + name + "-" + i), new byte[]{1}, Map.of(), Optional.empty()),
                    Optional.empty(), TenantLimits.UNLIMITED).await();
        }
    }

    private long number(String name) {
        return new JobReader(database).find("t", "job_" + name).await().orElseThrow().number();
    }

    private void run(String name, Instant at) {
        StageResult run = new StageResult(0, null, Output.EMPTY, Output.EMPTY, 1L, null, null);
        new JobStore(database).finish(Reply.Finished.ran(JobMessage.first(job("job_" + name)),
                new ProgramResult(Verdict.OK, null, null, run), at, at)).await();
    }

    private static Job job(String id) {
        Program program = new Program("python", null, List.of(new SourceFile("main.py", "pass")), "", List.of(),
                Limits.NONE);
        return new Job(Job.VERSION, id, "t", program, NOON, NOON.plus(Duration.ofDays(1)), OnLost.RETRY);
    }
}
