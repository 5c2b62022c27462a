package dev.penstock.gateway.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.penstock.contracts.Encoding;
import dev.penstock.contracts.LanguageRuntime;
import dev.penstock.contracts.Limits;
import dev.penstock.contracts.OnLost;
import dev.penstock.contracts.Program;
import dev.penstock.contracts.Sizes;
import dev.penstock.contracts.SourceFile;
import dev.penstock.gateway.jobs.Runtimes;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads what clients of Piston's {@code POST /api/v2/execute} send. Fields that Piston doesn't know are ignored, as there. */
final class PistonRequest {
    private static final int LONGEST_NAME = 64;
    private static final int LONGEST_TEXT = Sizes.MAX_JOB_BYTES;
    static final String ANY_VERSION = "*";

    private final Fields fields;
    private final Runtimes runtimes;

    private PistonRequest(ObjectNode body, Runtimes runtimes) {
        this.fields = new Fields(body);
        this.runtimes = runtimes;
    }

    /**
     * The submission that it means.
     *
     * @throws ProblemException
     *             400 with a pointer to each mistake
     */
    static Submission read(ObjectNode body, Runtimes runtimes) {
        return new PistonRequest(body, runtimes).submission();
    }

    private Submission submission() {
        String language = fields.required("language", fields.textWithoutNul("language", LONGEST_NAME));
        String version = fields.textWithoutNul("version", LONGEST_NAME).orElse(ANY_VERSION);
        String exact = runtime(language, version);
        List<SourceFile> files = files();
        String stdin = fields.text("stdin", LONGEST_TEXT).orElse("");
        List<String> args = fields.texts("args", 0, Sizes.MAX_ARGS, LONGEST_TEXT);
        Limits limits = new Limits(limit("run_timeout"), limit("run_cpu_time"), limit("run_memory_limit"), null);
        fields.verify();
        Program program = new Program(language, exact, files, stdin, args, limits);
        return new Submission(program, List.of(), Optional.empty(), OnLost.RETRY, Map.of(),
                new WebhookChoice.TenantDefault());
    }

    /** The version to run, {@code null} for any: where several satisfy what was asked for, the first that is announced. */
    private @Nullable String runtime(String language, String version) {
        List<LanguageRuntime> named = runtimes.of(language).orElse(List.of());
        if (version.equals(ANY_VERSION) || named.isEmpty()) {
            return null;
        }
        Optional<LanguageRuntime> match = named.stream().filter(runtime -> runtime.satisfies(version)).findFirst();
        if (match.isEmpty()) {
            fields.wrong("version", "is not one that the workers run; take one of /api/v2/runtimes, or *");
        }
        return match.map(LanguageRuntime::version).orElse(null);
    }

    private List<SourceFile> files() {
        List<Fields> entries = fields.objects("files", Sizes.MAX_FILES);
        Set<String> names = new HashSet<>();
        List<SourceFile> files = new ArrayList<>();
        for (Fields entry : entries) {
            files.add(file(entry, files.isEmpty() ? "main" : "file" + files.size() + ".code", names));
        }
        return files;
    }

    private static SourceFile file(Fields entry, String defaultName, Set<String> names) {
        String name = entry.text("name", SourceFile.MAX_NAME_LENGTH).orElse(defaultName);
        SourceFile.nameProblem(name).ifPresent(problem -> entry.wrong("name", problem));
        if (!names.add(name)) {
            entry.wrong("name", "must not be the name of another file");
        }
        if (!entry.has("content")) {
            entry.wrong("content", "is missing");
        }
        String content = entry.text("content", LONGEST_TEXT).orElse("");
        return switch (entry.text("encoding", LONGEST_NAME).orElse("utf8")) {
            case "base64" -> new SourceFile(name, recoded(entry, content, true), Encoding.BASE64);
            case "hex" -> new SourceFile(name, recoded(entry, content, false), Encoding.BASE64);
            case "utf8", "utf-8" -> new SourceFile(name, content, Encoding.UTF_8);
            default -> {
                entry.wrong("encoding", "must be utf8, base64 or hex");
                yield new SourceFile(name, "", Encoding.UTF_8);
            }
        };
    }

    private static String recoded(Fields entry, String content, boolean base64) {
        try {
            byte[] bytes = base64 ? Base64.getDecoder().decode(content) : HexFormat.of().parseHex(content);
            return Base64.getEncoder().encodeToString(bytes);
        } catch (IllegalArgumentException wrong) {
            entry.wrong("content", "must be what its encoding says");
            return "";
        }
    }

    /** Piston writes "no limit" as -1. */
    private @Nullable Long limit(String name) {
        Optional<JsonNode> value = fields.value(name);
        return value.isPresent() && value.get().isIntegralNumber() && value.get().longValue() == -1
                ? null
                : fields.positive(name);
    }
}
