package dev.penstock.session.http;

/** A request that is answered with an error; nothing was run. */
public final class RefusedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int status;
    private final String code;

    /**
     * @param code
     *            for programs, such as {@code UnknownLanguage}
     * @param message
     *            for people: what is wrong and what to do
     */
    public RefusedException(int status, String code, String message) {
        super(message);
        this.status = status;
        this.code = code;
    }

    static RefusedException invalid(String message) {
        return new RefusedException(400, "InvalidRequest", message);
    }

    public int status() {
        return status;
    }

    public String code() {
        return code;
    }
}
