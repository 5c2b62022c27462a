package dev.penstock.gateway.http;

import io.vertx.core.http.HttpServerRequest;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What bodies may come in and what answers may go out as. */
final class MediaTypes {
    private MediaTypes() {}

    /**
     * Only JSON, which no web form can send without the browser asking first (decision 18).
     *
     * @throws ProblemException
     *             415 otherwise
     */
    static void requireJsonBody(HttpServerRequest request) {
        String type = essence(request.getHeader("Content-Type"));
        if (!type.equals("application/json")) {
            throw Problem
                    .of(ProblemType.UNSUPPORTED_MEDIA_TYPE,
                            "Send the body as JSON with Content-Type: application/json.")
                    .withHeader("Accept-Post", "application/json")
                    .asException();
        }
        String encoding = request.getHeader("Content-Encoding");
        if (encoding != null && !encoding.equalsIgnoreCase("identity")) {
            throw Problem.of(ProblemType.UNSUPPORTED_MEDIA_TYPE, "Send the body without Content-Encoding.")
                    .asException();
        }
    }

    /** Most answers are JSON, see {@link #requireAccepts}. */
    static void requireAcceptsJson(HttpServerRequest request) {
        requireAccepts(request, "application/json");
    }

    /**
     * Asks whether the caller takes what is answered here.
     *
     * @throws ProblemException
     *             406 if not
     */
    static void requireAccepts(HttpServerRequest request, String type) {
        String accept = request.getHeader("Accept");
        if (accept == null || accept.isBlank()) {
            return;
        }
        for (String range : accept.split(",")) {
            String wanted = essence(range);
            String family = type.substring(0, type.indexOf('/') + 1) + "*";
            if (wanted.equals("*/*") || wanted.equals(family) || wanted.equals(type)) {
                return;
            }
        }
        throw Problem.of(ProblemType.NOT_ACCEPTABLE, "The answer is " + type + "; accept that.").asException();
    }

    private static String essence(@Nullable String header) {
        return header == null ? "" : header.split(";", 2)[0].strip().toLowerCase(Locale.ROOT);
    }
}
