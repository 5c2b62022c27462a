package dev.penstock.session;

/** Nothing here keeps a program apart from the system, and nobody said that it may run all the same. */
public final class NoIsolationException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    NoIsolationException() {
        super("no sandbox works here, so programs could read, change and kill whatever this user can. Install"
                + " bubblewrap (Debian: apt-get install bubblewrap) and allow user namespaces to this user; or, in a"
                + " session of a pool, start as root with PENSTOCK_ISOLATION=session; or run code that you trust without"
                + " isolation by --unsafe (PENSTOCK_UNSAFE=true)");
    }
}
