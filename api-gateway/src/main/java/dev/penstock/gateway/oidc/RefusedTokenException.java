package dev.penstock.gateway.oidc;

/** A token that opens nothing here. The message is for the caller: printable ASCII without quotes. Has no stack trace. */
public final class RefusedTokenException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    RefusedTokenException(String reason) {
        super(reason, null, false, false);
    }
}
