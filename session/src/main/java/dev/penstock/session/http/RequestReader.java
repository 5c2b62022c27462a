package dev.penstock.session.http;

import com.fasterxml.jackson.databind.JsonNode;
import dev.penstock.contracts.Encoding;
import dev.penstock.contracts.Job;
import dev.penstock.contracts.Json;
import dev.penstock.contracts.Limits;
import dev.penstock.contracts.Sizes;
import dev.penstock.contracts.SourceFile;
import dev.penstock.session.http.ExecuteRequest.Shape;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** From JSON in any of Azure's shapes, or a worker's, to a checked {@link ExecuteRequest}. */
final class RequestReader {
    /** Azure's pools run one language, and their clients don't name it. */
    private static final String LANGUAGE_OF_AZURE = "python";
    /** The kernel refuses an argument of 128 KiB, and all together above a quarter of the stack. */
    private static final int MAX_ARG_BYTES = 64 * 1024;
    private static final int MAX_ARGS_BYTES = 512 * 1024;
    private static final int MAX_NAME_PART_BYTES = 255;

    private RequestReader() {}

    /**
     * Reads a request.
     *
     * @param languageInPath
     *            {@code null} when the path names none
     * @throws RefusedException
     *             with a sentence that says what to change
     */
    static ExecuteRequest read(byte[] body, @Nullable String languageInPath) {
        JsonNode tree = parse(body);
        Fields whole = new Fields(tree, "");
        Optional<Fields> properties = whole.object("properties");
        Fields fields = properties.orElse(whole);
        refuseAsynchronous(fields);
        String language = Optional.ofNullable(languageInPath)
                .or(() -> fields.text("language"))
                .orElse(LANGUAGE_OF_AZURE);
        return new ExecuteRequest(properties.isPresent() ? Shape.WRAPPED : Shape.FLAT, jobId(fields), language,
                fields.text("version").orElse(null), files(fields), fields.text("stdin").orElse(""), args(fields),
                limits(fields));
    }

    private static JsonNode parse(byte[] body) {
        try {
            JsonNode tree = Json.MAPPER.readTree(body);
            if (tree != null && tree.isObject()) {
                return tree;
            }
        } catch (IOException broken) {
            throw RefusedException.invalid("the body is not JSON; send an object such as {\"code\":\"print(1)\"}");
        }
        throw RefusedException.invalid("the body must be a JSON object such as {\"code\":\"print(1)\"}");
    }

    private static void refuseAsynchronous(Fields fields) {
        String type = fields.text("executionType").orElse("synchronous");
        if (!type.equalsIgnoreCase("synchronous")) {
            throw RefusedException.invalid(fields.path() + "executionType must be Synchronous: this container answers"
                    + " when the program has ended");
        }
    }

    private static @Nullable String jobId(Fields fields) {
        Optional<String> id = fields.text("jobId");
        if (id.isPresent() && !Job.isId(id.get())) {
            throw RefusedException.invalid(fields.path() + "jobId must be 4 to 64 of [A-Za-z0-9_-]");
        }
        return id.orElse(null);
    }

    private static List<SourceFile> files(Fields fields) {
        Optional<String> code = fields.text("code");
        List<Fields> listed = fields.objects("files");
        if (code.isPresent() == !listed.isEmpty()) {
            throw RefusedException.invalid("send either " + fields.path() + "code or at least one of " + fields.path()
                    + "files");
        }
        if (listed.size() > Sizes.MAX_FILES) {
            throw RefusedException
                    .invalid(fields.path() + "files must hold at most " + Sizes.MAX_FILES + " files");
        }
        if (code.isPresent()) {
            return List.of(checked(fields, new SourceFile("", code.get(), codeEncoding(fields))));
        }
        List<SourceFile> files = new ArrayList<>();
        for (Fields file : listed) {
            files.add(file(file, files.isEmpty()));
        }
        refuseClashes(files);
        return files;
    }

    private static Encoding codeEncoding(Fields fields) {
        return switch (fields.text("codeInputType").orElse("inline").toLowerCase(Locale.ROOT)) {
            case "inline", "inlinetext" -> Encoding.UTF_8;
            case "inlinebase64" -> Encoding.BASE64;
            default -> throw RefusedException
                    .invalid(fields.path() + "codeInputType must be Inline, InlineText or InlineBase64");
        };
    }

    private static SourceFile file(Fields file, boolean first) {
        Optional<String> name = file.text("name");
        if (name.isEmpty() && !first) {
            throw RefusedException.invalid(file.path() + "name is missing: only the first file may go without");
        }
        name.flatMap(RequestReader::nameProblem).ifPresent(problem -> {
            throw RefusedException.invalid(file.path() + "name " + problem);
        });
        String content = file.text("content")
                .orElseThrow(
                        () -> RefusedException.invalid(file.path() + "content is missing: send the file's text"));
        Encoding encoding = switch (file.text("encoding").orElse("utf-8").toLowerCase(Locale.ROOT)) {
            case "utf-8", "utf8" -> Encoding.UTF_8;
            case "base64" -> Encoding.BASE64;
            default -> throw RefusedException.invalid(file.path() + "encoding must be utf-8 or base64");
        };
        return checked(file, new SourceFile(name.orElse(""), content, encoding));
    }

    private static Optional<String> nameProblem(String name) {
        return SourceFile.nameProblem(name).or(() -> {
            for (String part : name.split("/")) {
                if (part.getBytes(StandardCharsets.UTF_8).length > MAX_NAME_PART_BYTES) {
                    return Optional.of("must have at most " + MAX_NAME_PART_BYTES + " bytes between slashes");
                }
            }
            return Optional.empty();
        });
    }

    private static SourceFile checked(Fields fields, SourceFile file) {
        try {
            file.bytes();
            return file;
        } catch (IllegalArgumentException notBase64) {
            throw RefusedException.invalid(fields.path() + "content is said to be base64 and is not");
        }
    }

    /** Two files of one name, or a file where another needs a folder. */
    private static void refuseClashes(List<SourceFile> files) {
        Set<String> names = new HashSet<>();
        for (SourceFile file : files) {
            if (!names.add(file.name())) {
                throw RefusedException.invalid("two files are called " + file.name() + ": give each its own name");
            }
        }
        for (String name : names) {
            for (int slash = name.indexOf('/'); slash > 0; slash = name.indexOf('/', slash + 1)) {
                if (names.contains(name.substring(0, slash))) {
                    throw RefusedException.invalid(name.substring(0, slash)
                            + " is both a file and a folder: rename one of them");
                }
            }
        }
    }

    private static List<String> args(Fields fields) {
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
