package dev.penstock.gateway.http;

import dev.penstock.contracts.Job;
import io.vertx.core.MultiMap;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The query of a list of batches.
 *
 * @param cursor
 *            only batches with smaller ids
 */
record BatchListQuery(int limit, String cursor) {
    private static final Set<String> NAMES = Set.of("limit", "cursor");
    private static final int DEFAULT_LIMIT = 50;
    private static final int MOST = 200;
    private static final String FIRST_ID = "bat_";
    /** Greater than every id, by bytes. */
    private static final String LAST_ID = "bat_~";

    /**
     * Reads the query.
     *
     * @throws ProblemException
     *             400 naming each wrong parameter
     */
    static BatchListQuery from(MultiMap parameters) {
        List<Problem.FieldError> errors = new ArrayList<>();
        parameters.names()
                .stream()
                .filter(name -> !NAMES.contains(name))
                .sorted()
                .limit(10)
                .forEach(name -> errors.add(Problem.FieldError.parameter(name, "is not known; use cursor, limit")));
        NAMES.stream()
                .sorted()
                .filter(name -> parameters.getAll(name).size() > 1)
                .forEach(name -> errors.add(Problem.FieldError.parameter(name, "must be given only once")));
        String limit = Optional.ofNullable(parameters.get("limit")).orElse(Integer.toString(DEFAULT_LIMIT));
        if (!limit.matches("\\d{1,4}") || Integer.parseInt(limit) < 1 || Integer.parseInt(limit) > MOST) {
            errors.add(Problem.FieldError.parameter("limit", "must be a whole number from 1 to " + MOST));
        }
        String cursor = Optional.ofNullable(parameters.get("cursor")).orElse(LAST_ID);
        if (!cursor.equals(LAST_ID) && !(Job.isId(cursor) && cursor.startsWith(FIRST_ID))) {
            errors.add(Problem.FieldError.parameter("cursor", "must be the one of the link to the next page"));
        }
        if (!errors.isEmpty()) {
            throw Problem.invalid(errors).asException();
        }
        return new BatchListQuery(Integer.parseInt(limit), cursor);
    }

    /** The same list from its beginning. */
    String first() {
        return "/v1/batches?limit=" + limit;
    }

    /** The same list behind that batch. */
    String next(String lastId) {
        return "/v1/batches?limit=" + limit + "&cursor=" + lastId;
    }
}
