package dev.penstock.local.pool;

import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpServerRequest;
import java.util.List;
import java.util.regex.Pattern;

/** The query parameters that the pool itself understands. */
final class Query {
    private static final int SHORTEST = 4;
    private static final int LONGEST = 128;
    /** By Azure's usage documentation; its API description allows more, so callers do well to use letters and digits. */
    private static final Pattern IDENTIFIER = Pattern.compile("[A-Za-z0-9|\\-&^%$#(){}\\[\\];<>]*");
    private static final Pattern API_VERSION = Pattern.compile("20\\d\\d-\\d\\d-\\d\\d(-preview)?");

    private final MultiMap parameters;

    private Query(MultiMap parameters) {
        this.parameters = parameters;
    }

    static Query of(HttpServerRequest request) throws BadRequestException {
        try {
            // Identifiers may hold semicolons, so these separate nothing.
            return new Query(request.params(true));
        } catch (IllegalArgumentException malformed) {
            throw invalid("query", "The query string is malformed: percent-encode it.");
        }
    }

    /** Which session the request is about. */
    String identifier() throws BadRequestException {
        List<String> named = parameters.getAll("identifier");
        if (named.size() != 1 || named.getFirst().isEmpty()) {
            throw invalid("identifier",
                    "Missing required parameter 'identifier': send it once, in the query string.");
        }
        String identifier = named.getFirst();
        if (identifier.length() < SHORTEST || identifier.length() > LONGEST) {
            throw new BadRequestException("InvalidLengthOfSessionIdentifier", "identifier",
                    "The identifier must have from " + SHORTEST + " to " + LONGEST + " characters.");
        }
        if (!IDENTIFIER.matcher(identifier).matches()) {
            throw invalid("identifier",
                    "The identifier may hold only letters, digits and | - & ^ % $ # ( ) { } [ ] ; < >");
        }
        return identifier;
    }

    /** Any version will do, but one must be named. */
    void requireApiVersion() throws BadRequestException {
        String version = parameters.get("api-version");
        if (version == null || !API_VERSION.matcher(version).matches()) {
            throw invalid("api-version",
                    "Missing or malformed 'api-version': send for instance 2025-10-02-preview.");
        }
    }

    /** How many entries of a list to leave out; 0 when not given. */
    int skip() throws BadRequestException {
        String skip = parameters.get("skip");
        if (skip == null) {
            return 0;
        }
        if (!skip.matches("\\d{1,6}")) {
            throw invalid("skip", "'skip' must be a whole number, 0 or more.");
        }
        return Integer.parseInt(skip);
    }

    private static BadRequestException invalid(String target, String sentence) {
        return new BadRequestException(BadRequestException.VALIDATION_FAILED, target, sentence);
    }
}
