package dev.penstock.session.run;

import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;

/** The platform could not run the program; nothing can be said about the program itself. */
public final class RunnerFailure extends Exception {
    private static final long serialVersionUID = 1L;

    public RunnerFailure(String message) {
        super(message);
    }

    public RunnerFailure(String message, Throwable cause) {
        super(message, cause);
    }

    /**
     * For what went wrong with files, unless the reason is that this thread was interrupted, which closes them.
     *
     * @throws InterruptedException
     *             if it was
     */
    static RunnerFailure of(String message, IOException cause) throws InterruptedException {
        if (cause instanceof ClosedByInterruptException && Thread.interrupted()) {
            throw new InterruptedException();
        }
        return new RunnerFailure(message, cause);
    }
}
