package dev.penstock.session.run;

/** The platform could not run the program; nothing can be said about the program itself. */
public final class RunnerFailure extends Exception {
    private static final long serialVersionUID = 1L;

    public RunnerFailure(String message) {
        super(message);
    }

    public RunnerFailure(String message, Throwable cause) {
        super(message, cause);
    }
}
