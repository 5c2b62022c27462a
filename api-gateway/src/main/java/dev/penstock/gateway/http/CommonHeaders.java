package dev.penstock.gateway.http;

import io.vertx.core.Handler;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What every answer carries, whatever becomes of the request: its id, the date, and what keeps browsers careful. */
final class CommonHeaders {
    private static final String REQUEST_ID = "X-Request-Id";
    private static final Pattern SOUND_ID = Pattern.compile("[A-Za-z0-9._-]{1,64}");
    /** W3C Trace Context: version, trace id, parent id, flags; a trace id of zeros is none. */
    private static final Pattern TRACE_PARENT = Pattern
            .compile("(?!ff)[0-9a-f]{2}-((?!0{32})[0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}(-.*)?");
    /** IMF-fixdate of RFC 9110; the JDK's own RFC 1123 format writes the day without its zero. */
    private static final DateTimeFormatter DATE = DateTimeFormatter
            .ofPattern("EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.ENGLISH)
            .withZone(ZoneOffset.UTC);

    private final InstantSource clock;
    private long second;
    private String date = "";

    CommonHeaders(InstantSource clock) {
        this.clock = clock;
    }

    /** Not a route: the router refuses some requests before it looks at its routes. */
    Handler<HttpServerRequest> before(Handler<HttpServerRequest> next) {
        return request -> {
            addTo(request);
            next.handle(request);
        };
    }

    void addTo(HttpServerRequest request) {
        request.response()
                .putHeader(REQUEST_ID, id(request))
                .putHeader("Date", date())
                .putHeader("Cache-Control", "no-store")
                .putHeader("Vary", "Accept-Encoding")
                .putHeader("X-Content-Type-Options", "nosniff")
                .putHeader("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
                .putHeader("Referrer-Policy", "no-referrer");
    }

    /** The id of the request that this answers. */
    static String requestId(HttpServerResponse response) {
        return Optional.ofNullable(response.headers().get(REQUEST_ID)).orElse("");
    }

    /** Written once a second: that takes longer than all other headers together. */
    private String date() {
        Instant now = clock.instant();
        if (date.isEmpty() || now.getEpochSecond() != second) {
            second = now.getEpochSecond();
            date = DATE.format(now);
        }
        return date;
    }

    /** The caller's own where it is well formed, so that a request can be followed through several systems. */
    private static String id(HttpServerRequest request) {
        List<String> own = request.headers().getAll(REQUEST_ID);
        if (own.size() == 1 && SOUND_ID.matcher(own.getFirst()).matches()) {
            return own.getFirst();
        }
        List<String> traces = request.headers().getAll("traceparent");
        Matcher trace = TRACE_PARENT.matcher(traces.size() == 1 ? traces.getFirst() : "");
        return trace.matches() ? trace.group(1) : UUID.randomUUID().toString();
    }
}
