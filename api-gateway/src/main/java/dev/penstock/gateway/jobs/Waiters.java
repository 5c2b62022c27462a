package dev.penstock.gateway.jobs;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Who waits for which job to end. Bounded; belongs to the gateway's event loop. */
final class Waiters {
    private final int most;
    private final Map<String, List<Waiter>> byJob = new HashMap<>();
    private int count;

    Waiters(int most) {
        this.most = most;
    }

    /** Register before reading the job, so that an end in between is not missed; empty when too many wait already. */
    Optional<Waiter> register(String jobId) {
        if (count >= most) {
            return Optional.empty();
        }
        Waiter waiter = new Waiter(jobId);
        byJob.computeIfAbsent(jobId, _ -> new ArrayList<>()).add(waiter);
        count++;
        return Optional.of(waiter);
    }

    /** The job ended. */
    void wake(String jobId) {
        List<Waiter> waiters = byJob.remove(jobId);
        if (waiters != null) {
            count -= waiters.size();
            waiters.forEach(waiter -> waiter.ended.complete());
        }
    }

    void wakeAll() {
        List.copyOf(byJob.keySet()).forEach(this::wake);
    }

    /** One wait; cancel it when it is over for another reason. */
    final class Waiter {
        private final String jobId;
        private final Promise<Void> ended = Promise.promise();

        private Waiter(String jobId) {
            this.jobId = jobId;
        }

        /** Completes when the job ended, or never. */
        Future<Void> ended() {
            return ended.future();
        }

        void cancel() {
            List<Waiter> waiters = byJob.get(jobId);
            if (waiters != null && waiters.remove(this)) {
                count--;
                if (waiters.isEmpty()) {
                    byJob.remove(jobId);
                }
            }
        }
    }
}
