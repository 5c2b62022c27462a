package dev.penstock.worker.pool;

import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** Ends a call to the pool from outside: a lease was lost, a job cancelled, a drain's deadline passed. Thread safe. */
public final class Cut {
    private @Nullable String reason;
    private @Nullable Runnable action;
    private BooleanSupplier allowed = () -> true;
    private boolean sent;

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

    /** From now on requests may be sent only while that is true; it is asked right before each is sent, and may block. */
    public synchronized void onlyWhile(BooleanSupplier permission) {
        allowed = permission;
    }

    /** Why a request may not be sent now, if it may not; the call is cut then. */
    public Optional<String> objection() {
        BooleanSupplier permission;
        synchronized (this) {
            permission = allowed;
        }
        if (!permission.getAsBoolean()) {
            now("the slot's lease ends");
        }
        return reason();
    }

    /** A request is about to leave. */
    synchronized void sending() {
        sent = true;
    }

    /** Whether any request may have left: without one the session doesn't exist. */
    public synchronized boolean anythingSent() {
        return sent;
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
