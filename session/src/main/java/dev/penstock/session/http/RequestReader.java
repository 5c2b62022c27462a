package dev.penstock.session.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.penstock.contracts.Job;
import dev.penstock.contracts.Json;
import dev.penstock.contracts.Limits;
import dev.penstock.contracts.Sizes;
import dev.penstock.session.http.ExecuteRequest.Shape;
import dev.penstock.session.run.ProgramRun;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** From JSON in any of Azure's shapes, or a worker's, to a checked {@link ExecuteRequest}. */
final class RequestReader {
    /** Azure's pools run one language, and their clients don't name it. */
    private static final String LANGUAGE_OF_AZURE = "python";
    /** The kernel refuses an argument of 128 KiB, and all together above a quarter of the stack. */
    private static final int MAX_ARG_BYTES = 64 * 1024;
    private static final int MAX_ARGS_BYTES = 512 * 1024;
    /** Of each stream of a test, as JSON, when the request doesn't say; so many tests must not fill the memory. */
    private static final int TEST_KEEP_BYTES = 64 * 1024;
    private static final int MAX_VARIABLES = 64;
    private static final Pattern VARIABLE = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");

    private RequestReader() {}

    /**
     * Reads a request.
     *
     * @param languageInPath
     *            {@code null} when the path names none
     * @throws RefusedException
     *             with a sentence that says what to change
     */
    static ExecuteRequest read(Fields fields, @Nullable String languageInPath) {
        refuseAsynchronous(fields);
        String language = Optional.ofNullable(languageInPath)
                .or(() -> fields.text("language"))
                .orElse(LANGUAGE_OF_AZURE);
        List<Fields> tests = fields.objects("tests");
        return new ExecuteRequest(fields.path().isEmpty() ? Shape.FLAT : Shape.WRAPPED, jobId(fields).orElse(null),
                language,
                fields.text("version").orElse(null), FilesReader.read(fields), cases(fields, tests), !tests.isEmpty(),
                environment(fields), limits(fields), Limits.NONE, fields.count("testsWallTimeMs"), keepBytes(fields));
    }

    private static void refuseAsynchronous(Fields fields) {
        String type = fields.text("executionType").orElse("synchronous");
        if (!type.equalsIgnoreCase("synchronous")) {
            throw RefusedException.invalid(fields.path() + "executionType must be Synchronous: this container answers"
                    + " when the program has ended");
        }
    }

    /** The fields of a body, out of their wrapper if there is one; what lies beside a wrapper still counts. */
    static Fields unwrap(Fields whole) {
        Optional<Fields> wrapped = whole.object("properties");
        if (wrapped.isEmpty()) {
            return whole;
        }
        ObjectNode all = Json.MAPPER.createObjectNode();
        all.setAll((ObjectNode) whole.object());
        all.remove("properties");
        all.setAll((ObjectNode) wrapped.get().object());
        return new Fields(all, wrapped.get().path());
    }

    /** The job's id wherever it is, to be echoed whatever is wrong with the request. */
    static Optional<String> namedJob(Fields whole) {
        return Stream.of(whole.object().path("properties").path("jobId"), whole.object().path("jobId"))
                .filter(JsonNode::isTextual)
                .map(JsonNode::textValue)
                .filter(Job::isId)
                .findFirst();
    }

    private static Optional<String> jobId(Fields fields) {
        Optional<String> id = fields.text("jobId");
        if (id.isPresent() && !Job.isId(id.get())) {
            throw RefusedException.invalid(fields.path() + "jobId must be 4 to 64 of [A-Za-z0-9_-]");
        }
        return id;
    }

    /** The request's own stdin and arguments, or those of each of its tests; a test without arguments has the request's. */
    private static List<ProgramRun.Case> cases(Fields fields, List<Fields> tests) {
        List<String> args = args(fields);
        if (tests.isEmpty()) {
            return List.of(oneCase(fields, args, keepBytes(fields)));
        }
        if (tests.size() > Sizes.MAX_TESTS) {
            throw RefusedException.invalid(fields.path() + "tests must hold at most " + Sizes.MAX_TESTS + " cases");
        }
        if (fields.text("stdin").isPresent()) {
            throw RefusedException.invalid("send stdin within each of " + fields.path() + "tests, not beside");
        }
        var cases = new ArrayList<ProgramRun.Case>();
        tests.forEach(test -> {
            List<String> own = args(test);
            cases.add(oneCase(test, own.isEmpty() ? args : own,
                    Objects.requireNonNullElse(keepBytes(test), TEST_KEEP_BYTES)));
        });
        return cases;
    }

    private static ProgramRun.Case oneCase(Fields fields, List<String> args, @Nullable Integer keepBytes) {
        return new ProgramRun.Case(fields.text("stdin").orElse("").getBytes(StandardCharsets.UTF_8), args, keepBytes);
    }

    private static @Nullable Integer keepBytes(Fields fields) {
        Long count = fields.count("keepBytes");
        return count == null ? null : (int) Math.min(count, Integer.MAX_VALUE);
    }

    private static Map<String, String> environment(Fields fields) {
        var variables = new HashMap<String, String>();
        Optional<Fields> object = fields.object("env");
        if (object.isEmpty()) {
            return variables;
        }
        for (String name : object.get().names()) {
            String value = object.get().text(name).orElse("");
            if (!VARIABLE.matcher(name).matches() || value.indexOf('\0') >= 0) {
                throw RefusedException.invalid(object.get().path() + name
                        + " must be named with letters, digits and _, and hold no NUL");
            }
            variables.put(name, value);
        }
        int bytes = variables.values().stream().mapToInt(value -> value.getBytes(StandardCharsets.UTF_8).length).sum();
        if (variables.size() > MAX_VARIABLES || bytes > MAX_ARG_BYTES) {
            throw RefusedException.invalid(fields.path() + "env must hold at most " + MAX_VARIABLES
                    + " variables and 64 KiB");
        }
        return variables;
    }

    static List<String> args(Fields fields) {
        List<String> args = fields.texts("args");
        if (args.size() > Sizes.MAX_ARGS) {
            throw RefusedException.invalid(fields.path() + "args must hold at most " + Sizes.MAX_ARGS + " arguments");
        }
        int total = 0;
        for (String arg : args) {
            int bytes = arg.getBytes(StandardCharsets.UTF_8).length;
            total += bytes;
            if (arg.indexOf('\0') >= 0) {
                throw RefusedException.invalid(fields.path() + "args must not contain NUL");
            }
            if (bytes > MAX_ARG_BYTES || total > MAX_ARGS_BYTES) {
                throw RefusedException.invalid(fields.path() + "args are too long: at most 64 KiB each and 512 KiB"
                        + " together; send the data by stdin or as a file");
            }
        }
        return args;
    }

    private static Limits limits(Fields fields) {
        Limits limits = fields.object("limits")
                .map(asked -> new Limits(asked.count("wallTimeMs"),
                        asked.count("cpuTimeMs"), asked.count("memoryBytes"), asked.count("outputBytes")))
                .orElse(Limits.NONE);
        var seconds = fields.number("timeoutInSeconds");
        return limits.wallTimeMs() == null && seconds.isPresent()
                ? limits.withWallTimeMs(Math.max(1, (long) (seconds.getAsDouble() * 1000)))
                : limits;
    }
}
