package dev.penstock.gateway.store;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import org.jspecify.annotations.Nullable;

/**
 * Platform threads that own one connection each and share a bounded queue of work. What waits when a thread becomes
 * free runs in one transaction (group commit): one disk flush for many callers. Work that fails doesn't hurt its
 * neighbours: the group is rolled back and each part run again alone.
 *
 * <p>
 * Platform threads because SQLite's native calls would pin the carriers of virtual ones (decision 11).
 */
final class Lanes {
    private final BlockingQueue<Entry<?>> queue;
    private final List<Thread> threads;
    private final int groupSize;
    private final Connector connector;
    private final Context home;
    private volatile boolean closed;

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
        if (closed) {
            return Future.failedFuture(new StoreUnavailableException("the gateway is stopping"));
        }
        if (!queue.offer(entry)) {
            return Future.failedFuture(new StoreUnavailableException("the job store has too much to do"));
        }
        return entry.promise.future();
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
    }

    private void serve() {
        Sql sql = null;
        boolean open = true;
        while (open) {
            List<Entry<?>> group = nextGroup();
            open = group.removeIf(Entry::endsLane) ? false : open;
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

    /** The connection for the next group, or {@code null} when a new one is needed. */
    private @Nullable Sql run(List<Entry<?>> group, @Nullable Sql current) {
        if (group.isEmpty()) {
            return current;
        }
        Sql sql = current;
        try {
            if (sql == null) {
                sql = connector.connect();
            }
            for (Entry<?> entry : group) {
                entry.run(sql);
            }
            sql.commit();
            home.runOnContext(_ -> group.forEach(Entry::succeed));
            return sql;
        } catch (SQLException | RuntimeException failure) {
            Sql usable = usable(sql);
            if (group.size() == 1) {
                home.runOnContext(_ -> group.getFirst().fail(failure));
                return usable;
            }
            return runEachAlone(group, usable);
        }
    }

    private @Nullable Sql runEachAlone(List<Entry<?>> group, @Nullable Sql usable) {
        Sql sql = usable;
        for (Entry<?> entry : group) {
            sql = run(List.of(entry), sql);
        }
        return sql;
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
        private final Promise<T> promise = Promise.promise();
        private @Nullable T value;

        /** Without work: tells one lane to end. */
        Entry(@Nullable Work<T> work) {
            this.work = work;
        }

        boolean endsLane() {
            return work == null;
        }

        void run(Sql sql) throws SQLException {
            if (work != null) {
                value = work.run(sql);
            }
        }

        void succeed() {
            promise.complete(value);
        }

        void fail(Exception failure) {
            promise.fail(new StoreUnavailableException(failure));
        }
    }
}
