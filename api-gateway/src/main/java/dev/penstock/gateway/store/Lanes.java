package dev.penstock.gateway.store;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import org.jspecify.annotations.Nullable;

/**
 * Platform threads that own one connection each and share a bounded queue of work. What waits when a thread becomes
 * free runs in one transaction (group commit): one disk flush for many callers. Work that fails doesn't hurt its
 * neighbours: the group is rolled back and each part run again alone. A connection that was lost while idle is replaced
 * once per group; when none can be had, all that waits for it fails at once.
 *
 * <p>
 * Platform threads because SQLite's native calls would pin the carriers of virtual ones (decision 11).
 */
final class Lanes {
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(20);
    /** PostgreSQL ended one of two transactions that waited for each other. */
    private static final String DEADLOCK = "40P01";

    private final BlockingQueue<Entry<?>> queue;
    private final List<Thread> threads;
    private final int groupSize;
    private final Connector connector;
    private final Context home;
    private volatile boolean closed;
    private volatile @Nullable String refusal;

    /**
     * @param queueCapacity
     *            how much work may wait; more is refused
     * @param groupSize
     *            how much work shares a transaction at most
     * @param home
     *            where futures complete
     */
    Lanes(String name, int threadCount, int queueCapacity, int groupSize, Connector connector, Context home) {
        this.queue = new ArrayBlockingQueue<>(queueCapacity);
        this.groupSize = groupSize;
        this.connector = connector;
        this.home = home;
        this.threads = new ArrayList<>();
        for (int i = 0; i < threadCount; i++) {
            threads.add(Thread.ofPlatform().name(name + "-" + i).start(this::serve));
        }
    }

    /**
     * Runs the work soon. It may run more than once, so it must do nothing but read and write rows.
     *
     * @return completes on the home context, after the commit; fails with {@link StoreUnavailableException}
     */
    <T> Future<T> submit(Work<T> work) {
        Entry<T> entry = new Entry<>(work);
        String reason = closed ? "the gateway is stopping" : refusal;
        if (reason != null) {
            return Future.failedFuture(new StoreUnavailableException(reason));
        }
        if (!queue.offer(entry)) {
            return Future.failedFuture(new StoreUnavailableException("the job store has too much to do"));
        }
        return entry.promise.future();
    }

    /** From now on all work fails for that reason. */
    void refuse(String reason) {
        refusal = reason;
    }

    /** Finishes what waits, then closes the connections; work that comes later is refused. */
    void close() throws InterruptedException {
        closed = true;
        for (int i = 0; i < threads.size(); i++) {
            queue.put(new Entry<>(null));
        }
        for (Thread thread : threads) {
            thread.join();
        }
        // Work that was let in at the very moment of closing.
        List<Entry<?>> late = new ArrayList<>();
        queue.drainTo(late);
        fail(late, new StoreUnavailableException("the gateway is stopping"));
    }

    private void serve() {
        Sql sql = null;
        boolean open = true;
        while (open) {
            List<Entry<?>> group = nextGroup();
            open = group.removeIf(Entry::endsLane) ? false : open;
            failLate(group);
            sql = run(group, sql);
        }
        closeQuietly(sql);
    }

    /** Never takes more than one end mark, since each lane needs its own. */
    private List<Entry<?>> nextGroup() {
        List<Entry<?>> group = new ArrayList<>();
        try {
            group.add(queue.take());
        } catch (InterruptedException nobodyDoesThis) {
            throw new IllegalStateException(nobodyDoesThis);
        }
        while (group.size() < groupSize && !group.getLast().endsLane()) {
            Entry<?> next = queue.poll();
            if (next == null) {
                break;
            }
            group.add(next);
        }
        return group;
    }

    /** Who has waited for so long is answered rather than served: a store that hangs must not have callers hang, too. */
    private void failLate(List<Entry<?>> group) {
        List<Entry<?>> late = group.stream().filter(entry -> entry.waitedLongerThan(LONGEST_WAIT)).toList();
        group.removeAll(late);
        fail(late, new StoreUnavailableException("the job store has too much to do"));
    }

    /** The connection for the next group, or {@code null} when a new one is needed. */
    private @Nullable Sql run(List<Entry<?>> group, @Nullable Sql current) {
        if (group.isEmpty()) {
            return current;
        }
        Sql sql = current;
        boolean committing = false;
        try {
            if (sql == null) {
                sql = connector.connect();
            }
            sql.begin();
            for (Entry<?> entry : group) {
                entry.run(sql);
            }
            sql.writeTally();
            committing = true;
            sql.commit();
            home.runOnContext(_ -> group.forEach(Entry::succeed));
            return sql;
        } catch (SQLException | RuntimeException | Error failure) {
            Sql usable = usable(sql);
            if (usable != null && group.size() == 1 && isWorthAnother(failure)) {
                return run(group, usable);
            }
            if (usable != null && group.size() > 1) {
                return runEachAlone(group, usable);
            }
            if (usable == null && current != null && !committing) {
                return run(group, null);
            }
            fail(group, new StoreUnavailableException(failure));
            return usable;
        }
    }

    /** Another writer came in between; it has gone on by now. */
    private static boolean isWorthAnother(Throwable failure) {
        return failure instanceof Tally.QuotaTakenException
                || (failure instanceof SQLException sql && DEADLOCK.equals(sql.getSQLState()));
    }

    private @Nullable Sql runEachAlone(List<Entry<?>> group, Sql usable) {
        Sql sql = usable;
        for (int i = 0; i < group.size(); i++) {
            sql = run(List.of(group.get(i)), sql);
            if (sql == null) {
                fail(group.subList(i + 1, group.size()), new StoreUnavailableException("the job store is gone"));
                return null;
            }
        }
        return sql;
    }

    private void fail(List<Entry<?>> group, StoreUnavailableException failure) {
        home.runOnContext(_ -> group.forEach(entry -> entry.fail(failure)));
    }

    private static @Nullable Sql usable(@Nullable Sql sql) {
        if (sql == null || sql.rollback()) {
            return sql;
        }
        closeQuietly(sql);
        return null;
    }

    private static void closeQuietly(@Nullable Sql sql) {
        try {
            if (sql != null) {
                sql.close();
            }
        } catch (SQLException alreadyBroken) {
            // The connection is given up either way.
        }
    }

    /** Opens a connection; called on a lane's thread, again after a failure. */
    interface Connector {
        Sql connect() throws SQLException;
    }

    /** Reads and writes rows, nothing else. */
    interface Work<T> {
        T run(Sql sql) throws SQLException;
    }

    private static final class Entry<T> {
        private final @Nullable Work<T> work;
        private final long since = System.nanoTime();
        private final Promise<T> promise = Promise.promise();
        private @Nullable T value;

        /** Without work: tells one lane to end. */
        Entry(@Nullable Work<T> work) {
            this.work = work;
        }

        boolean endsLane() {
            return work == null;
        }

        boolean waitedLongerThan(Duration limit) {
            return System.nanoTime() - since > limit.toNanos();
        }

        void run(Sql sql) throws SQLException {
            if (work != null) {
                value = work.run(sql);
            }
        }

        void succeed() {
            promise.complete(value);
        }

        void fail(StoreUnavailableException failure) {
            promise.tryFail(failure);
        }
    }
}
