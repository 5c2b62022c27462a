package dev.penstock.gateway.http;

import dev.penstock.contracts.Job;
import dev.penstock.contracts.Status;
import dev.penstock.gateway.http.Problem.FieldError;
import dev.penstock.gateway.jobs.JobIds;
import dev.penstock.gateway.store.JobFilter;
import io.vertx.core.MultiMap;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The query of a list of jobs.
 *
 * @param given
 *            the parameters as they came, for the link to the next page
 */
record ListQuery(JobFilter filter, int limit, Map<String, String> given) {
    private static final Set<String> NAMES = Set.of("status", "label", "submittedAfter", "submittedBefore", "limit",
            "cursor");
    private static final int DEFAULT_LIMIT = 50;
    private static final int MOST = 200;
    private static final String FIRST_ID = "job_";
    /** Ids have room for later times, but nobody means them. */
    private static final Instant LATEST = Instant.parse("9999-12-31T23:59:59Z");
    /** Greater than every id, by bytes. */
    private static final String LAST_ID = "job_~";

    /**
     * Reads the query.
     *
     * @throws ProblemException
     *             400 naming each wrong parameter
     */
    static ListQuery from(MultiMap parameters) {
        Reader reader = new Reader(parameters);
        Optional<Status> status = reader.status();
        Optional<JobFilter.Label> label = reader.label();
        String after = reader.time("submittedAfter").map(time -> JobIds.from(time.plusMillis(1))).orElse(FIRST_ID);
        String before = reader.time("submittedBefore").map(JobIds::from).orElse(LAST_ID);
        String cursor = reader.cursor().orElse(LAST_ID);
        int limit = reader.limit();
        reader.verify();
        return new ListQuery(new JobFilter(status, label, after, cursor.compareTo(before) < 0 ? cursor : before), limit,
                reader.given);
    }

    /** The same list behind that job. */
    String next(String lastId) {
        return "/v1/jobs?" + filters() + "cursor=" + lastId;
    }

    /** The same list from its beginning. */
    String first() {
        String query = filters();
        return query.isEmpty() ? "/v1/jobs" : "/v1/jobs?" + query.substring(0, query.length() - 1);
    }

    private String filters() {
        return given.entrySet()
                .stream()
                .filter(parameter -> !parameter.getKey().equals("cursor"))
                .map(parameter -> parameter.getKey() + "=" + encode(parameter.getValue()) + "&")
                .collect(Collectors.joining());
    }

    private static String encode(String value) {
        return URLEncoder.encode(value, StandardCharsets.UTF_8);
    }

    private static final class Reader {
        private final Map<String, String> given;
        private final List<FieldError> errors = new ArrayList<>();

        Reader(MultiMap parameters) {
            this.given = parameters.names()
                    .stream()
                    .sorted()
                    .collect(Collectors.toMap(name -> name, name -> String.valueOf(parameters.get(name))));
            given.keySet()
                    .stream()
                    .filter(name -> !NAMES.contains(name))
                    .limit(10)
                    .forEach(name -> wrong(name,
                            "is not known; use " + String.join(", ", NAMES.stream().sorted().toList())));
            NAMES.stream()
                    .sorted()
                    .filter(name -> parameters.getAll(name).size() > 1)
                    .forEach(name -> wrong(name, "must be given only once"));
        }

        Optional<Status> status() {
            return value("status").flatMap(text -> {
                for (Status status : Status.values()) {
                    if (status.name().toLowerCase(Locale.ROOT).equals(text)) {
                        return Optional.of(status);
                    }
                }
                wrong("status", "must be queued, running, succeeded, failed, canceled or expired");
                return Optional.empty();
            });
        }

        Optional<JobFilter.Label> label() {
            return value("label").flatMap(text -> {
                int colon = text.indexOf(':');
                if (colon < 1 || text.indexOf('\0') >= 0) {
                    wrong("label", "must be a name and a value with a colon between, such as course:cs101");
                    return Optional.empty();
                }
                return Optional.of(new JobFilter.Label(text.substring(0, colon), text.substring(colon + 1)));
            });
        }

        Optional<Instant> time(String name) {
            return value(name).flatMap(text -> {
                try {
                    Instant time = OffsetDateTime.parse(text).toInstant();
                    if (time.toEpochMilli() >= 0 && time.isBefore(LATEST)) {
                        return Optional.of(time);
                    }
                } catch (DateTimeParseException | ArithmeticException notATime) {
                    // Told below.
                }
                wrong(name, "must be a time as in RFC 3339, such as 2030-01-31T12:00:00Z (with %2B for +)");
                return Optional.empty();
            });
        }

        Optional<String> cursor() {
            return value("cursor").filter(text -> {
                if (!Job.isId(text) || !text.startsWith(FIRST_ID)) {
                    wrong("cursor", "must be the one of the link to the next page");
                    return false;
                }
                return true;
            });
        }

        int limit() {
            return value("limit").map(text -> {
                if (text.matches("\\d{1,4}") && Integer.parseInt(text) >= 1 && Integer.parseInt(text) <= MOST) {
                    return Integer.parseInt(text);
                }
                wrong("limit", "must be a whole number from 1 to " + MOST);
                return DEFAULT_LIMIT;
            }).orElse(DEFAULT_LIMIT);
        }

        void verify() {
            if (!errors.isEmpty()) {
                throw Problem.invalid(errors).asException();
            }
        }

        private Optional<String> value(String name) {
            return Optional.ofNullable(given.get(name));
        }

        private void wrong(String name, String detail) {
            errors.add(FieldError.parameter(name, detail));
        }
    }
}
