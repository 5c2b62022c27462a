package dev.penstock.gateway.http;

import dev.penstock.gateway.jobs.ViewJson;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** What a request is answered with. */
record Answer(int status, Map<String, String> headers, Buffer body) {
    static final String JSON = "application/json";
    /** A client that reads more slowly than that is cut off; its answer would have to be kept for it. */
    private static final int LONGEST_WRITE_SECONDS = 120;
    private static final String CONNECTION = "Connection";
    private static final String CLOSE = "close";

    static Answer json(int status, Object value) {
        return of(status, JSON, value);
    }

    static Answer of(int status, String mediaType, Object value) {
        return new Answer(status, Map.of("Content-Type", mediaType), Buffer.buffer(ViewJson.bytes(value)));
    }

    static Answer empty(int status) {
        return new Answer(status, Map.of(), Buffer.buffer());
    }

    Answer with(String header, String value) {
        Map<String, String> more = new LinkedHashMap<>(headers);
        more.put(header, value);
        return new Answer(status, more, body);
    }

    Answer without(String header) {
        Map<String, String> fewer = new LinkedHashMap<>(headers);
        fewer.remove(header);
        return new Answer(status, fewer, body);
    }

    /**
     * This answer, after which the connection is closed: what the client still sends is of no use.
     */
    Answer closingConnection() {
        return with(CONNECTION, CLOSE);
    }

    /** Has the connection closed once the request is answered, whatever the answer. */
    static void closeAfter(HttpServerRequest request) {
        request.response().putHeader(CONNECTION, CLOSE);
    }

    /** Sends it, unless the client has gone or was answered before. */
    void writeTo(HttpServerRequest request) {
        HttpServerResponse response = request.response();
        if (response.ended() || response.closed()) {
            return;
        }
        response.setStatusCode(status);
        headers.forEach(response::putHeader);
        if (request.method().equals(HttpMethod.HEAD)) {
            response.putHeader("Content-Length", Integer.toString(body.length()));
        }
        Future<Void> written = response.end(body);
        if (CLOSE.equals(response.headers().get(CONNECTION))) {
            written.onComplete(_ -> request.connection().close());
        } else if (!written.isComplete()) {
            written.timeout(LONGEST_WRITE_SECONDS, TimeUnit.SECONDS).onFailure(_ -> request.connection().close());
        }
    }
}
