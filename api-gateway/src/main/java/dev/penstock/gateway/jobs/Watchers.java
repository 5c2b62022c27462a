package dev.penstock.gateway.jobs;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Who wants to know of changes of which job. Bounded, for each tenant too; belongs to the gateway's event loop. */
final class Watchers {
    private final int most;
    private final int mostOfTenant;
    private final Map<String, Integer> byTenant = new HashMap<>();
    private final Map<String, List<Watch>> byJob = new HashMap<>();
    private int count;
    private boolean stopping;

    Watchers(int most, int mostOfTenant) {
        this.most = most;
        this.mostOfTenant = mostOfTenant;
    }

    /** Add before reading the job, so that no change in between is missed; empty when too many watch already. */
    Optional<Watch> add(String tenant, String jobId, Listener listener) {
        if (count >= most || byTenant.getOrDefault(tenant, 0) >= mostOfTenant) {
            return Optional.empty();
        }
        Watch watch = new Watch(tenant, jobId, listener);
        byTenant.merge(tenant, 1, Integer::sum);
        byJob.computeIfAbsent(jobId, _ -> new ArrayList<>()).add(watch);
        count++;
        if (stopping) {
            listener.hear(Word.STOPPING);
        }
        return Optional.of(watch);
    }

    /** Tells those who watch the job; they may stop watching meanwhile. */
    void tell(String jobId, Word word) {
        List.copyOf(byJob.getOrDefault(jobId, List.of())).forEach(watch -> watch.listener.hear(word));
    }

    /** The jobs that are watched now. */
    Set<String> jobs() {
        return Set.copyOf(byJob.keySet());
    }

    /** Whether nobody is told of changes any more. */
    boolean stopping() {
        return stopping;
    }

    /** Also those who come later. */
    void tellAllOfStopping() {
        stopping = true;
        List.copyOf(byJob.keySet()).forEach(jobId -> tell(jobId, Word.STOPPING));
    }

    /** What there is to know. */
    enum Word {
        /** The job changed and goes on. */
        CHANGED,
        /** The job ended, or is not there any more. */
        ENDED,
        /** The gateway stops: nobody is told anything further. */
        STOPPING
    }

    /** Is told on the gateway's event loop. */
    interface Listener {
        void hear(Word word);
    }

    /** Stop it when it is of no use any more. */
    final class Watch {
        private final String tenant;
        private final String jobId;
        private final Listener listener;

        private Watch(String tenant, String jobId, Listener listener) {
            this.tenant = tenant;
            this.jobId = jobId;
            this.listener = listener;
        }

        void stop() {
            List<Watch> watches = byJob.get(jobId);
            if (watches != null && watches.remove(this)) {
                count--;
                byTenant.computeIfPresent(tenant, (_, held) -> held == 1 ? null : held - 1);
                if (watches.isEmpty()) {
                    byJob.remove(jobId);
                }
            }
        }
    }
}
