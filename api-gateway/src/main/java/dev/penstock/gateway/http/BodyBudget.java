package dev.penstock.gateway.http;

/** How many bytes of request bodies may be in memory together. Belongs to the gateway's event loop. */
final class BodyBudget {
    private final long most;
    private long held;

    BodyBudget(long most) {
        this.most = most;
    }

    /** Whether there is room for more; if so, {@link #release} it afterwards. */
    boolean tryTake(int bytes) {
        if (held + bytes > most) {
            return false;
        }
        held += bytes;
        return true;
    }

    void release(long bytes) {
        held -= bytes;
    }
}
