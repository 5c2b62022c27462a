package dev.penstock.local.pool;

/** A request that the pool refuses with 400 and Azure's error object. */
final class BadRequestException extends Exception {
    static final String VALIDATION_FAILED = "SessionRequestValidationFailed";
    static final String NOT_SUPPORTED = "SessionRequestNotSupported";
    static final String NOT_FOUND = "SessionWithIdentifierNotFound";

    private static final long serialVersionUID = 1L;

    private final String code;
    private final String target;
    private final String sentence;

    /**
     * @param target
     *            the parameter or part of the request that is wrong
     */
    BadRequestException(String code, String target, String sentence) {
        super(sentence);
        this.sentence = sentence;
        this.code = code;
        this.target = target;
    }

    String code() {
        return code;
    }

    String target() {
        return target;
    }

    /** What is wrong and what to send instead. */
    String sentence() {
        return sentence;
    }
}
