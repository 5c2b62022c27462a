package dev.penstock.session.run;

/** The engine can't take this program, now or later; the message says what to change. */
public final class ProgramRefusedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public ProgramRefusedException(String message) {
        super(message);
    }
}
