package dev.penstock.gateway.oidc;

/** No key of the issuer could be had so far, so no token can be checked. Has no stack trace. */
public final class IssuerUnavailableException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    IssuerUnavailableException() {
        super("the issuer's keys can't be had now", null, false, false);
    }
}
