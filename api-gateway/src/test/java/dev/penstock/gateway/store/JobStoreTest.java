package dev.penstock.gateway.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.penstock.contracts.Job;
import dev.penstock.contracts.JobError;
import dev.penstock.contracts.JobMessage;
import dev.penstock.contracts.LanguageRuntime;
import dev.penstock.contracts.Limits;
import dev.penstock.contracts.OnLost;
import dev.penstock.contracts.Output;
import dev.penstock.contracts.Program;
import dev.penstock.contracts.ProgramResult;
import dev.penstock.contracts.Reply;
import dev.penstock.contracts.SourceFile;
import dev.penstock.contracts.StageResult;
import dev.penstock.contracts.Status;
import dev.penstock.contracts.Verdict;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every job store must do. */
abstract class JobStoreTest {
    private static final Instant NOON = Instant.parse("2030-01-01T12:00:00Z");
    private static final JobError GIVEN_UP = new JobError(JobError.Code.PLATFORM_ERROR, "gave up");
    private static final byte[] BODY = "the body".getBytes(StandardCharsets.UTF_8);

    private final Vertx vertx = Vertx.vertx();
    Database database;
    private JobStore store;
    JobReader reader;
    Submissions submissions;

    /** Of a store that is empty at first and the same throughout a test. */
    abstract StoreAddress address();

    @BeforeEach
    void open() {
        connect();
    }

    final void connect() {
        database = Database.open(address(), vertx.getOrCreateContext());
        store = new JobStore(database);
        reader = new JobReader(database);
        submissions = new Submissions(database);
    }

    @AfterEach
    void close() throws InterruptedException {
        database.close();
        vertx.close().await();
    }

    @Test
    void a_new_job_is_queued_and_waits_to_be_sent_until_the_broker_has_it() {
        insert("job_1");

        assertThat(found("job_1").status()).isEqualTo(Status.QUEUED);
        assertThat(reader.unsent(NOON.plusMillis(1), 10).await()).singleElement()
                .satisfies(unsent -> assertThat(unsent.body()).isEqualTo(BODY));
        submissions.sent(List.of("job_1")).await();
        assertThat(reader.unsent(NOON.plusMillis(1), 10).await()).isEmpty();
    }

    @Test
    void a_job_that_was_stored_just_now_is_not_stale() {
        insert("job_1");

        assertThat(reader.unsent(NOON, 10).await()).isEmpty();
    }

    @Test
    void another_tenant_sees_no_job() {
        insert("job_1");

        assertThat(reader.find("someone else", "job_1").await()).isEmpty();
    }

    @Test
    void the_first_result_stays_and_the_others_are_counted() {
        insert("job_1");

        assertThat(store.finish(ran("job_1", 0, "first")).await().recorded()).isEqualTo(Recorded.FIRST);
        assertThat(store.finish(ran("job_1", 1, "second")).await().recorded()).isEqualTo(Recorded.REPEATED);

        assertThat(found("job_1").status()).isEqualTo(Status.SUCCEEDED);
        assertThat(found("job_1").verdict()).isEqualTo(Verdict.OK);
        assertThat(found("job_1").result()).contains("first").doesNotContain("second");
    }

    @Test
    void a_result_of_an_unknown_job_changes_nothing() {
        assertThat(store.finish(ran("job_1", 0, "")).await().recorded()).isEqualTo(Recorded.UNKNOWN_JOB);
    }

    @Test
    void progress_applies_only_when_it_is_newer() {
        insert("job_1");

        assertThat(progress("job_1", Reply.Phase.RUNNING, 1, 0, 0)).isTrue();
        assertThat(found("job_1").status()).isEqualTo(Status.RUNNING);
        assertThat(progress("job_1", Reply.Phase.QUEUED, 1, 1, 0)).isTrue();
        assertThat(found("job_1").status()).isEqualTo(Status.QUEUED);
        assertThat(progress("job_1", Reply.Phase.RUNNING, 1, 0, 0)).as("came late").isFalse();
        assertThat(progress("job_1", Reply.Phase.RUNNING, 2, 1, 0)).as("a second attempt").isTrue();
        assertThat(progress("job_1", Reply.Phase.RUNNING, 2, 1, 1)).as("delivered again").isTrue();
        assertThat(found("job_1").attempt()).isEqualTo(2);
        assertThat(found("job_1").requeues()).isEqualTo(1);
    }

    @Test
    void a_list_by_label_and_status_follows_each_change() {
        insert("job_1");
        assertThat(labelled(Status.QUEUED)).containsExactly("job_1");

        progress("job_1", Reply.Phase.RUNNING, 1, 0, 0);
        assertThat(labelled(Status.QUEUED)).isEmpty();
        assertThat(labelled(Status.RUNNING)).containsExactly("job_1");

        store.finish(ran("job_1", 3, "")).await();
        assertThat(labelled(Status.RUNNING)).isEmpty();
        assertThat(labelled(Status.FAILED)).containsExactly("job_1");

        insert("job_2");
        store.cancel("t", "job_2", NOON).await();
        assertThat(labelled(Status.CANCELED)).containsExactly("job_2");
    }

    private List<String> labelled(Status status) {
        JobFilter filter = new JobFilter(Optional.of(status), Optional.of(new JobFilter.Label("course", "cs101")),
                "job_", "job_~");
        return reader.list("t", filter, 10).await().stream().map(StoredJob::id).toList();
    }

    @Test
    void nothing_changes_a_job_that_has_ended() {
        insert("job_1");
        store.finish(ran("job_1", 3, "")).await();

        assertThat(progress("job_1", Reply.Phase.RUNNING, 9, 9, 9)).isFalse();
        assertThat(store.giveUp("job_1", 99, GIVEN_UP, NOON).await().now()).isFalse();
        assertThat(store.expire("job_1", GIVEN_UP, NOON).await().now()).isFalse();
        assertThat(store.finishLate(ran("job_1", 0, "")).await().now()).isFalse();
        assertThat(found("job_1").status()).isEqualTo(Status.FAILED);
        assertThat(found("job_1").verdict()).isEqualTo(Verdict.NONZERO_EXIT);
    }

    @Test
    void a_dead_message_ends_its_job_unless_a_later_message_lives() {
        insert("job_1");
        progress("job_1", Reply.Phase.QUEUED, 1, 2, 0);

        assertThat(store.giveUp("job_1", 1, GIVEN_UP, NOON).await().now()).as("an older copy died").isFalse();
        assertThat(store.giveUp("job_1", 2, GIVEN_UP, NOON).await().now()).isTrue();
        assertThat(found("job_1").status()).isEqualTo(Status.FAILED);
        assertThat(found("job_1").error()).isEqualTo(GIVEN_UP);
        assertThat(found("job_1").verdict()).isNull();
    }

    @Test
    void waiting_jobs_are_overdue_at_their_deadline_and_running_ones_only_after_the_longest_run() {
        insert("job_waits");
        insert("job_runs");
        progress("job_runs", Reply.Phase.RUNNING, 1, 0, 0);
        Instant late = NOON.plusSeconds(61);

        assertThat(reader.overdue(NOON.plusSeconds(59), late, 10).await()).isEmpty();
        assertThat(reader.overdue(late, NOON, 10).await()).containsExactly("job_waits");
        assertThat(reader.overdue(late, NOON.plusSeconds(2), 10).await()).contains("job_waits", "job_runs");
    }

    @Test
    void runtimes_announced_last_stay() {
        store.announce(announced("python", NOON.plusSeconds(1)), NOON.plusSeconds(1)).await();
        store.announce(announced("late", NOON), NOON.plusSeconds(2)).await();

        assertThat(reader.runtimes().await().orElseThrow().runtimes()).extracting(LanguageRuntime::language)
                .containsExactly("python");
    }

    @Test
    void a_worker_whose_clock_is_ahead_does_not_outdo_what_is_announced_later() {
        store.announce(announced("from-the-future", NOON.plusSeconds(1_000_000)), NOON).await();
        store.announce(announced("python", NOON.plusSeconds(1)), NOON.plusSeconds(1)).await();

        assertThat(reader.runtimes().await().orElseThrow().runtimes()).extracting(LanguageRuntime::language)
                .containsExactly("python");
    }

    @Test
    void work_that_fails_leaves_its_neighbours_in_the_group_alone() {
        insert("job_1");
        List<Future<Insertion>> group = IntStream.range(0, 50)
                .mapToObj(i -> submissions.insert(fresh("job_" + i), Optional.empty(), TenantLimits.UNLIMITED))
                .toList();
        Future.join(group).otherwiseEmpty().await();

        assertThat(group.stream().filter(Future::failed)).hasSize(1);
        assertThat(group.get(1).cause()).isInstanceOf(StoreUnavailableException.class);
        assertThat(IntStream.range(0, 50).allMatch(i -> reader.find("t", "job_" + i).await().isPresent())).isTrue();
    }

    @Test
    void a_cancelled_batch_ends_with_all_of_its_open_jobs_at_once() {
        List<NewJob> jobs = List.of(fresh("job_1"), fresh("job_2"), fresh("job_3"));
        NewBatch batch = new NewBatch("bat_1", "t", jobs, NOON, Map.of(), Optional.empty());
        submissions.insert(batch, Optional.empty(), 3).await();
        store.finish(ran("job_2", 0, "")).await();

        assertThat(store.cancelBatch("someone else", "bat_1", NOON).await().jobIds()).isEmpty();
        JobStore.CanceledBatch canceled = store.cancelBatch("t", "bat_1", NOON).await();
        assertThat(canceled.jobIds()).containsExactlyInAnyOrder("job_1", "job_3");
        assertThat(canceled.ending().batch()).contains(new Ending.OfBatch("bat_1", true));
        assertThat(found("job_1").status()).isEqualTo(Status.CANCELED);
        assertThat(found("job_2").status()).isEqualTo(Status.SUCCEEDED);
        assertThat(reader.unsent(NOON.plusMillis(1), 10).await()).isEmpty();
        assertThat(new BatchReader(database).find("t", "bat_1").await().orElseThrow().finished()).isTrue();
        assertThat(store.cancelBatch("t", "bat_1", NOON).await().ending().now()).as("again").isFalse();
        assertThat(submissions.insert(fresh("job_4"), Optional.empty(), 1).await())
                .as("no open job is left to the tenant")
                .isInstanceOf(Insertion.Stored.class);
    }

    @Test
    void what_is_said_of_an_error_may_hold_anything() {
        insert("job_1");
        JobError odd = new JobError(JobError.Code.REFUSED, "a\0b");

        assertThat(store.finish(Reply.Finished.gaveUp(JobMessage.first(job("job_1")), odd, NOON)).await().now())
                .isTrue();
        assertThat(found("job_1").error()).isNotNull()
                .extracting(JobError::message)
                .asString()
                .startsWith("a")
                .endsWith("b");
    }

    @Test
    void old_keys_and_batches_are_forgotten_in_slices_and_young_ones_stay() {
        for (int i = 0; i < 3; i++) {
            String id = "job_" + i;
            submissions.insert(fresh(id), Optional.of(new IdempotencyKey("key" + i, "the same")),
                    TenantLimits.UNLIMITED).await();
            submissions.insert(new NewBatch("bat_" + i, "t", List.of(fresh("job_of_" + i)), NOON, Map.of(),
                    Optional.empty()), Optional.empty(), TenantLimits.UNLIMITED).await();
            store.cancel("t", "job_of_" + i, NOON.plusSeconds(i)).await();
        }

        assertThat(submissions.forgetKeys(NOON, 2).await()).isZero();
        assertThat(submissions.forgetKeys(NOON.plusMillis(1), 2).await()).isEqualTo(2);
        assertThat(submissions.forgetKeys(NOON.plusMillis(1), 2).await()).isEqualTo(1);
        assertThat(store.forgetBatches(NOON.plusSeconds(2), 1).await()).isEqualTo(1);
        assertThat(store.forgetBatches(NOON.plusSeconds(2), 5).await()).isEqualTo(1);
        assertThat(store.forgetBatches(NOON.plusSeconds(2), 5).await()).isZero();
        assertThat(new BatchReader(database).find("t", "bat_2").await()).isPresent();
    }

    @Test
    void everything_is_there_after_reopening() throws InterruptedException {
        insert("job_1");
        store.finish(ran("job_1", 0, "kept")).await();
        database.close();
        connect();

        assertThat(found("job_1").result()).contains("kept");
    }

    @Test
    void work_after_closing_is_refused() throws InterruptedException {
        database.close();

        assertThatThrownBy(() -> insert("job_1")).isInstanceOf(StoreUnavailableException.class);
        connect();
    }

    void insert(String id) {
        submissions.insert(fresh(id), Optional.empty(), TenantLimits.UNLIMITED).await();
    }

    private StoredJob found(String id) {
        return reader.find("t", id).await().orElseThrow();
    }

    private boolean progress(String id, Reply.Phase phase, int attempt, int requeues, long deliveries) {
        return store.progress(
                new Reply.Progressed(Reply.VERSION, id, phase, attempt, requeues, deliveries, NOON.plusSeconds(1)))
                .await();
    }

    private static NewJob fresh(String id) {
        return withBody(id, BODY);
    }

    static NewJob withBody(String id, byte[] body) {
        return new NewJob(job(id), body, Map.of("course", "cs101"), Optional.empty());
    }

    private static Job job(String id) {
        Program program = new Program("python", null, List.of(new SourceFile("main.py", "pass")), "", List.of(),
                Limits.NONE);
        return new Job(Job.VERSION, id, "t", program, NOON, NOON.plusSeconds(60), OnLost.RETRY);
    }

    private static Reply.Finished ran(String id, int exitCode, String stdout) {
        Verdict verdict = exitCode == 0 ? Verdict.OK : Verdict.NONZERO_EXIT;
        StageResult run = new StageResult(exitCode, null, Output.of(stdout), Output.EMPTY, 1L, null, null);
        return Reply.Finished.ran(JobMessage.first(job(id)), new ProgramResult(verdict, null, null, run), NOON, NOON);
    }

    private static Reply.RuntimesAnnounced announced(String language, Instant at) {
        return new Reply.RuntimesAnnounced(Reply.VERSION, List.of(new LanguageRuntime(language, "1", List.of())), at);
    }
}
