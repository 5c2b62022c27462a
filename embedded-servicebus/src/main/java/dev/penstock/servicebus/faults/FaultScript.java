package dev.penstock.servicebus.faults;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The faults that are still to come, in the order in which they were scripted. Confined to the broker's loop. */
public final class FaultScript {
    private static final class Planned {
        final FaultPoint point;
        final String queue;
        final Fault fault;
        int operationsBefore;

        Planned(FaultPoint point, String queue, int operationsBefore, Fault fault) {
            this.point = point;
            this.queue = queue;
            this.operationsBefore = operationsBefore;
            this.fault = fault;
        }
    }

    private final List<Planned> planned = new ArrayList<>();

    /** Makes the n-th such operation from now on go wrong (1 is the next one), once. */
    public void plan(FaultPoint point, String queue, int nth, Fault fault) {
        planned.add(new Planned(point, queue.toLowerCase(Locale.ROOT), nth - 1, fault));
    }

    /** How many are still to come. */
    public int size() {
        return planned.size();
    }

    /** An operation is about to be done: the fault that strikes it, {@code null} for none. */
    public @Nullable Fault next(FaultPoint point, String queue) {
        if (planned.isEmpty()) {
            return null;
        }
        var path = queue.toLowerCase(Locale.ROOT);
        Planned striking = null;
        for (var candidate : planned) {
            if (candidate.point == point && candidate.queue.equals(path) && candidate.operationsBefore-- == 0
                    && striking == null) {
                striking = candidate;
            }
        }
        planned.remove(striking);
        return striking == null ? null : striking.fault;
    }
}
