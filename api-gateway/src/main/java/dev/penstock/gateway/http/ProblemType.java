package dev.penstock.gateway.http;

import java.util.Locale;

/** The kinds of problem that the API answers. The URIs are stable and explained in {@code docs/problems.md}. */
enum ProblemType {
    INVALID_REQUEST(400, "The request is not valid"), //
    UNAUTHORIZED(401, "An API key or token is needed"), //
    FORBIDDEN(403, "The API key or token may not be used for that"), //
    NOT_FOUND(404, "There is nothing here"), //
    METHOD_NOT_ALLOWED(405, "The method is not allowed here"), //
    NOT_ACCEPTABLE(406, "None of the accepted formats can be given"), //
    IN_FLIGHT(409, "The same request is still being handled"), //
    REQUEST_TIMEOUT(408, "The request took too long to arrive"), //
    TOO_LARGE(413, "The request is too large"), //
    URI_TOO_LONG(414, "The URL is too long"), //
    UNSUPPORTED_MEDIA_TYPE(415, "The body's format is not supported"), //
    MISDIRECTED(421, "The host name is not one of this gateway's"), //
    IDEMPOTENCY_KEY_REUSED(422, "The idempotency key belongs to another request"), //
    HEADERS_TOO_LARGE(431, "The headers are too large"), //
    INTERNAL(500, "The gateway has a defect"), //
    RATE_LIMITED(429, "Too many jobs in too short a time"), //
    QUOTA_EXHAUSTED(429, "Too many open jobs"), //
    OVERLOADED(503, "Jobs would wait too long"), //
    NOT_CONFIRMED(503, "The job is stored but not yet confirmed"), //
    UNAVAILABLE(503, "The gateway can't take this now"), //
    STILL_RUNNING(504, "The job has not ended yet");

    private final int status;
    private final String title;

    ProblemType(int status, String title) {
        this.status = status;
        this.title = title;
    }

    int status() {
        return status;
    }

    String title() {
        return title;
    }

    /** The last part of the URI, such as {@code invalid-request}. */
    String slug() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    String uri() {
        return "urn:penstock:problem:" + slug();
    }
}
