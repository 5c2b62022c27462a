package dev.penstock.gateway.jobs;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Who wants to know of changes of which job. Bounded; belongs to the gateway's event loop. */
final class Watchers {
    private final int most;
    private final Map<String, List<Watch>> byJob = new HashMap<>();
    private int count;
    private boolean stopping;

    Watchers(int most) {
        this.most = most;
    }

    /** Add before reading the job, so that no change in between is missed; empty when too many watch already. */
    Optional<Watch> add(String jobId, Listener listener) {
        if (count >= most) {
            return Optional.empty();
        }
        Watch watch = new Watch(jobId, listener);
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
        private final String jobId;
        private final Listener listener;

        private Watch(String jobId, Listener listener) {
            this.jobId = jobId;
            this.listener = listener;
        }

        void stop() {
            List<Watch> watches = byJob.get(jobId);
            if (watches != null && watches.remove(this)) {
                count--;
                if (watches.isEmpty()) {
                    byJob.remove(jobId);
                }
            }
        }
    }
}
