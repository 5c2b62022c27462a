package dev.penstock.worker.pool;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Ends a call to the pool from outside: a lease was lost, a job cancelled, a drain's deadline passed. Thread safe. */
public final class Cut {
    private @Nullable String reason;
    private @Nullable Runnable action;

    /** Cuts the call that runs now, or the next one at its start; only the first reason counts. */
    public void now(String why) {
        Runnable due;
        synchronized (this) {
            if (reason != null) {
                return;
            }
            reason = why;
            due = action;
        }
        if (due != null) {
            due.run();
        }
    }

    /** Why the call was cut, once it was. */
    public synchronized Optional<String> reason() {
        return Optional.ofNullable(reason);
    }

    /** Sets what ends the call in progress; runs at once when the cut came first. */
    void onCut(Runnable end) {
        boolean late;
        synchronized (this) {
            action = end;
            late = reason != null;
        }
        if (late) {
            end.run();
        }
    }
}
