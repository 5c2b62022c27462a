package dev.penstock.gateway.http;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A refusal as RFC 9457 writes it.
 *
 * @param detail
 *            a sentence that says what to do
 * @param errors
 *            what is wrong where in the body; empty when that isn't the trouble
 * @param job
 *            URL of the job that it is about; empty when it is about none
 * @param headers
 *            that the answer must carry
 */
record Problem(ProblemType type, String detail, List<FieldError> errors, String job, Map<String, String> headers) {
    /** How many mistakes of a request are told at once. */
    static final int MOST_ERRORS = 20;
    static final String MEDIA_TYPE = "application/problem+json";

    /**
     * @param pointer
     *            JSON pointer (RFC 6901) to the value in the body, {@code null} when it isn't there
     * @param parameter
     *            name of the query parameter or header, {@code null} when it is in the body
     * @param detail
     *            what it must be
     */
    record FieldError(@Nullable String pointer, @Nullable String parameter, String detail) {
        static FieldError at(String pointer, String detail) {
            return new FieldError(pointer, null, detail);
        }

        static FieldError parameter(String name, String detail) {
            return new FieldError(null, name, detail);
        }

        String sentence() {
            String where = Objects.requireNonNullElse(pointer, Objects.requireNonNullElse(parameter, ""));
            return (where.isEmpty() ? "the body" : where) + " " + detail;
        }
    }

    static Problem of(ProblemType type, String detail) {
        return new Problem(type, detail, List.of(), "", Map.of());
    }

    static Problem invalid(List<FieldError> errors) {
        String detail = errors.size() == 1
                ? "One value must be corrected; 'errors' says which."
                : errors.size() + " values must be corrected; 'errors' says which.";
        return new Problem(ProblemType.INVALID_REQUEST, detail, List.copyOf(errors), "", Map.of());
    }

    static Problem invalid(String pointer, String detail) {
        return invalid(List.of(FieldError.at(pointer, detail)));
    }

    Problem withHeader(String name, String value) {
        Map<String, String> more = new LinkedHashMap<>(headers);
        more.put(name, value);
        return new Problem(type, detail, errors, job, more);
    }

    Problem withJob(String url) {
        return new Problem(type, detail, errors, url, headers);
    }

    /** The client is still sending what nobody will read. */
    Problem closingConnection() {
        return withHeader("Connection", "close");
    }

    ProblemException asException() {
        return new ProblemException(this);
    }

    /** The answer to the request of that id. */
    Answer answer(String requestId) {
        return answer(body(requestId));
    }

    /** The same for clients of Piston, which know of {@code message} only. */
    Answer answerToPiston(String requestId) {
        Map<String, Object> body = body(requestId);
        body.put("message", errors.isEmpty()
                ? detail
                : errors.stream().map(FieldError::sentence).collect(Collectors.joining("; ")));
        return answer(body);
    }

    private Map<String, Object> body(String requestId) {
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("type", type.uri());
        body.put("title", type.title());
        body.put("status", type.status());
        body.put("detail", detail);
        body.put("instance", "urn:penstock:request:" + requestId);
        if (!errors.isEmpty()) {
            body.put("errors", errors);
        }
        if (!job.isEmpty()) {
            body.put("job", job);
        }
        return body;
    }

    private Answer answer(Map<String, Object> body) {
        Answer answer = Answer.of(type.status(), MEDIA_TYPE, body);
        for (Map.Entry<String, String> header : headers.entrySet()) {
            answer = answer.with(header.getKey(), header.getValue());
        }
        return answer;
    }
}
