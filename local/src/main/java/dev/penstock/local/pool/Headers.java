package dev.penstock.local.pool;

import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpServerRequest;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** Which headers pass through the pool. */
final class Headers {
    /** RFC 9110 section 7.6.1: they speak of one connection, not of the message. */
    private static final Set<String> HOP_BY_HOP = Set.of("connection", "keep-alive", "proxy-authenticate",
            "proxy-authorization", "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade");
    /** Judged here: the token opens every session of the pool, and 100-continue was answered already. */
    private static final Set<String> FOR_THE_POOL = Set.of("authorization", "expect", "host");

    private Headers() {}

    static void copyRequest(HttpServerRequest from, MultiMap to) {
        copy(from.headers(), to, FOR_THE_POOL);
        String host = from.getHeader("Host");
        if (host != null) {
            to.set("X-Forwarded-Host", host);
        }
        to.set("X-Forwarded-Proto", "http");
        to.add("X-Forwarded-For", from.remoteAddress().hostAddress());
    }

    static void copyAnswer(MultiMap from, MultiMap to) {
        copy(from, to, Set.of());
    }

    private static void copy(MultiMap from, MultiMap to, Set<String> kept) {
        Set<String> left = new HashSet<>(HOP_BY_HOP);
        left.addAll(kept);
        for (String named : from.getAll("Connection")) {
            left.addAll(List.of(named.toLowerCase(Locale.ROOT).split("\\s*,\\s*")));
        }
        for (Map.Entry<String, String> header : from) {
            if (!left.contains(header.getKey().toLowerCase(Locale.ROOT))) {
                to.add(header.getKey(), header.getValue());
            }
        }
    }
}
