package dev.penstock.bench.gateway;

import dev.penstock.contracts.Job;
import dev.penstock.contracts.JobError;
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
import dev.penstock.gateway.jobs.JobIds;
import dev.penstock.gateway.store.Database;
import dev.penstock.gateway.store.JobStore;
import dev.penstock.gateway.store.NewBatch;
import dev.penstock.gateway.store.NewJob;
import dev.penstock.gateway.store.StoreAddress;
import dev.penstock.gateway.store.Submissions;
import dev.penstock.gateway.store.TenantLimits;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Fills a store, the way a gateway does, with jobs of the last week: nine of ten have ended, each is in a batch, in one of
 * ten courses and one of twenty of its user.
 */
final class StoredJobs implements AutoCloseable {
    /** Of the last jobs, so many run, however many are stored: no pool has more slots for having done much. */
    static final int RUNNING = 20;
    static final Duration SPAN = Duration.ofDays(6);

    private static final int BATCH = 100;
    private static final int BATCHES_AT_A_TIME = 20;
    private static final int KINDS = 50;
    private static final int COURSES = 10;
    private static final int JOBS_OF_USER = 20;
    private static final JobError OVERDUE = new JobError(JobError.Code.DEADLINE_PASSED, "The deadline passed.");

    private final Vertx vertx = Vertx.vertx();
    private final Database database;
    private final Submissions submissions;
    private final JobStore store;
    private final Instant end;

    /**
     * @param end
     *            when the last job was submitted
     */
    StoredJobs(StoreAddress address, Instant end) {
        this.end = end;
        database = Database.open(address, vertx.getOrCreateContext());
        submissions = new Submissions(database);
        store = new JobStore(database);
    }

    /** A job, and its place among all. */
    private record Entry(int index, NewJob job) {
        String id() {
            return job.job().id();
        }
    }

    /** Stores so many jobs, a multiple of 100. */
    void fill(int jobs) {
        for (int from = 0; from < jobs; from += BATCH * BATCHES_AT_A_TIME) {
            List<NewBatch> batches = new ArrayList<>();
            List<Entry> entries = new ArrayList<>();
            for (int first = from; first < Math.min(jobs, from + BATCH * BATCHES_AT_A_TIME); first += BATCH) {
                NewBatch batch = batch(first, jobs);
                batches.add(batch);
                for (int i = 0; i < BATCH; i++) {
                    entries.add(new Entry(first + i, batch.jobs().get(i)));
                }
            }
            Future.all(batches.stream()
                    .map(batch -> submissions.insert(batch, Optional.empty(), TenantLimits.UNLIMITED))
                    .toList()).await();
            submissions.sent(entries.stream().map(Entry::id).toList()).await();
            Future.all(entries.stream().flatMap(entry -> goOn(entry, jobs)).toList()).await();
        }
    }

    private NewBatch batch(int first, int all) {
        Instant at = end.minus(SPAN.dividedBy(all).multipliedBy(all - first));
        List<NewJob> jobs = new ArrayList<>();
        for (int i = first; i < first + BATCH; i++) {
            jobs.add(job(i, end.minus(SPAN.dividedBy(all).multipliedBy(all - i))));
        }
        return new NewBatch(JobIds.nextBatch(at), "default", jobs, at, Map.of(), Optional.empty());
    }

    private static NewJob job(int index, Instant at) {
        Program program = new Program("python", null, List.of(new SourceFile("main.py", "print(42)")), "", List.of(),
                Limits.NONE);
        Job job = new Job(Job.VERSION, JobIds.next(at), "default", program, at, at.plus(Duration.ofDays(365)),
                OnLost.RETRY);
        return new NewJob(job, "{}".getBytes(StandardCharsets.UTF_8),
                Map.of("course", "c" + index % COURSES, "user", "u" + index / JOBS_OF_USER), Optional.empty());
    }

    /** What became of it. */
    private Stream<Future<?>> goOn(Entry entry, int all) {
        Instant at = entry.job().job().submittedAt().plusMillis(500);
        if (entry.index() >= all - RUNNING) {
            return Stream.of(store
                    .progress(new Reply.Progressed(Reply.VERSION, entry.id(), Reply.Phase.RUNNING, 1, 0, 0, at)));
        }
        return switch (entry.index() % KINDS) {
            case 0, 1, 2, 3, 4 -> Stream.of();
            case 5 -> Stream.of(store.finish(ended(entry.id(), Status.FAILED, Verdict.NONZERO_EXIT, at)));
            case 6 -> Stream.of(store.cancel("default", entry.id(), at));
            case 7 -> Stream.of(store.expire(entry.id(), OVERDUE, at));
            default -> Stream.of(store.finish(ended(entry.id(), Status.SUCCEEDED, Verdict.OK, at)));
        };
    }

    private static Reply.Finished ended(String id, Status status, Verdict verdict, Instant at) {
        StageResult run = new StageResult(verdict == Verdict.OK ? 0 : 1, null, Output.of("42\n"), Output.EMPTY, 12L,
                10L, 9_000_000L);
        return new Reply.Finished(Reply.VERSION, id, status, new ProgramResult(verdict, null, null, run), null, 1, 0,
                at, at);
    }

    @Override
    public void close() {
        try {
            database.close();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
        vertx.close().await();
    }
}
