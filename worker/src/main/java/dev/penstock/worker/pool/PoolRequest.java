package dev.penstock.worker.pool;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.penstock.contracts.Json;
import io.vertx.core.http.HttpMethod;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * One request to the pool.
 *
 * @param path
 *            below the pool's endpoint, with its query; holds the session's identifier, so it is never shown
 * @param json
 *            the body, or {@code null} for none
 */
@SuppressWarnings("ArrayRecordComponent") // written once, compared by nobody
record PoolRequest(HttpMethod method, String path, byte @Nullable [] json) {
    static PoolRequest get(String path) {
        return new PoolRequest(HttpMethod.GET, path, null);
    }

    static PoolRequest post(String path) {
        return new PoolRequest(HttpMethod.POST, path, null);
    }

    /** With anything that can be written as JSON as its body. */
    static PoolRequest post(String path, Object body) {
        try {
            return new PoolRequest(HttpMethod.POST, path, Json.MAPPER.writeValueAsBytes(body));
        } catch (JsonProcessingException impossible) {
            throw new IllegalStateException("a job could not be written as JSON", impossible);
        }
    }

    /** Any text as one path segment or query value. */
    static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }

    @Override
    public String toString() {
        return "PoolRequest[" + method + ", hidden]";
    }
}
