package dev.penstock.gateway.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.contracts.Job;
import dev.penstock.contracts.JobError;
import dev.penstock.contracts.Limits;
import dev.penstock.contracts.OnLost;
import dev.penstock.contracts.Program;
import dev.penstock.contracts.SourceFile;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** How many jobs a tenant may have open is decided by the store. */
@ParameterizedClass
@EnumSource(TestStore.class)
class QuotaStoreTest {
    private static final Instant NOON = Instant.parse("2030-01-01T12:00:00Z");
    private static final JobError LATE = new JobError(JobError.Code.DEADLINE_PASSED, "late");

    private final TestStore kind;

    @TempDir
    private Path folder;

    private final Vertx vertx = Vertx.vertx();
    private StoreAddress address;
    private Database database;
    private Submissions submissions;
    private JobStore store;

    QuotaStoreTest(TestStore kind) {
        this.kind = kind;
    }

    @BeforeEach
    void open() {
        address = kind.fresh(folder);
        database = Database.open(address, vertx.getOrCreateContext());
        submissions = new Submissions(database);
        store = new JobStore(database);
    }

    @AfterEach
    void close() throws InterruptedException {
        database.close();
        vertx.close().await();
    }

    @Test
    void a_tenants_last_place_is_given_once_and_again_when_a_job_ended() {
        assertThat(insert("job_1", 2)).isEqualTo(new Insertion.Stored(1));
        assertThat(insert("job_2", 2)).isEqualTo(new Insertion.Stored(2));
        assertThat(insert("job_3", 2)).isEqualTo(new Insertion.QuotaFull(2));
        assertThat(new JobReader(database).find("t", "job_3").await()).isEmpty();

        store.expire("job_1", LATE, NOON).await();
        store.expire("job_1", LATE, NOON).await();
        assertThat(insert("job_3", 2)).as("an end counts once").isEqualTo(new Insertion.Stored(2));
        assertThat(insert("job_4", 2)).isEqualTo(new Insertion.QuotaFull(2));
    }

    @Test
    void a_batch_takes_as_many_places_as_it_has_jobs_or_none() {
        NewBatch batch = new NewBatch("bat_1", "t", List.of(job("job_1"), job("job_2"), job("job_3")), NOON, Map.of(),
                Optional.empty());

        assertThat(submissions.insert(batch, Optional.empty(), 2).await()).isEqualTo(new Insertion.QuotaFull(0));
        assertThat(new BatchReader(database).find("t", "bat_1").await()).isEmpty();
        assertThat(submissions.insert(batch, Optional.empty(), 3).await()).isEqualTo(new Insertion.Stored(3));
    }

    @Test
    void a_refused_submission_leaves_its_key_free_and_a_repeated_one_takes_no_place() {
        IdempotencyKey key = new IdempotencyKey("k", "f");
        assertThat(submissions.insert(job("job_1"), Optional.of(key), 0).await())
                .isEqualTo(new Insertion.QuotaFull(0));
        assertThat(submissions.insert(job("job_2"), Optional.of(key), 1).await()).isEqualTo(new Insertion.Stored(1));
        assertThat(submissions.insert(job("job_3"), Optional.of(key), 1).await())
                .isEqualTo(new Insertion.InFlight("job_2"));
        assertThat(submissions.earlier("t", key, NOON).await()).hasValue(new Insertion.InFlight("job_2"));
        assertThat(submissions.earlier("t", key, NOON.plus(Submissions.KEY_LIFE).plusMillis(1)).await()).isEmpty();
    }

    @Test
    void a_quota_holds_however_many_insert_at_a_time() throws InterruptedException {
        Database other = Database.openBesideGateway(address, vertx.getOrCreateContext());
        Submissions elsewhere = new Submissions(other);
        List<Future<Insertion>> all = IntStream.range(0, 400)
                .mapToObj(i -> (i % 2 == 0 ? submissions : elsewhere).insert(job("job_" + i), Optional.empty(), 100))
                .toList();
        Future.join(all).await();

        Stream<Insertion> stored = all.stream().map(Future::result).filter(Insertion.Stored.class::isInstance);
        assertThat(stored).hasSize(100);
        assertThat(new BacklogStore(database).of("t").await()).isEqualTo(new BacklogStore.OfTenant(100, 0));
        other.close();
    }

    private Insertion insert(String id, long most) {
        return submissions.insert(job(id), Optional.empty(), most).await();
    }

    private static NewJob job(String id) {
        Program program = new Program("python", null, List.of(new SourceFile("main.py", "pass")), "", List.of(),
                Limits.NONE);
        return new NewJob(new Job(Job.VERSION, id, "t", program, NOON, NOON.plusSeconds(60), OnLost.RETRY),
                new byte[]{1}, Map.of(), Optional.empty());
    }
}
