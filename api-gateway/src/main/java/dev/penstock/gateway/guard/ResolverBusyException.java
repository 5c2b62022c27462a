package dev.penstock.gateway.guard;

/** No look-up could be begun in time, which says nothing of the name: ask again later. */
public final class ResolverBusyException extends Exception {
    private static final long serialVersionUID = 1L;

    ResolverBusyException() {
        super("too many names are being looked up");
    }
}
