package dev.penstock.worker.pool;

/** How sessions of custom-container pools are stopped and looked at. */
final class ManagedSessions {
    private static final String API_VERSION = "2025-02-02-preview";

    private ManagedSessions() {}

    static PoolRequest stop(SessionIdentifier session) {
        return PoolRequest.post(path("stopSession", session));
    }

    static PoolRequest look(SessionIdentifier session) {
        return PoolRequest.post(path("getSession", session));
    }

    static PoolRequest list(int skip) {
        return PoolRequest.post("/.management/listSessions?api-version=" + API_VERSION + "&skip=" + skip);
    }

    private static String path(String operation, SessionIdentifier session) {
        return "/.management/" + operation + "?api-version=" + API_VERSION + "&identifier="
                + PoolRequest.encoded(session.value());
    }
}
