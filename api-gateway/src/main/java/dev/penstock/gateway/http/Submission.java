package dev.penstock.gateway.http;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.penstock.contracts.Encoding;
import dev.penstock.contracts.Limits;
import dev.penstock.contracts.OnLost;
import dev.penstock.contracts.Program;
import dev.penstock.contracts.Sizes;
import dev.penstock.contracts.SourceFile;
import dev.penstock.contracts.TestCase;
import java.time.Instant;
import java.util.Base64;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * What a caller submits.
 *
 * @param tests
 *            empty: the program is run once
 * @param deadline
 *            empty: the gateway's default
 */
record Submission(Program program, List<TestCase> tests, Optional<Instant> deadline, OnLost onLost,
        Map<String, String> labels,
        WebhookChoice webhook) {
    private static final Set<String> NAMES = Set.of("language", "version", "code", "files", "stdin", "args", "tests",
            "limits",
            "deadline", "onLost", "labels", "webhook");
    private static final int LONGEST_NAME = 64;
    static final int MOST_LABELS = 10;
    private static final Pattern LABEL_NAME = Pattern.compile("[A-Za-z0-9._-]{1,64}");
    private static final int LONGEST_LABEL = 128;
    /** Longer text can't fit a job; the exact check is made on the encoded job. */
    private static final int LONGEST_TEXT = Sizes.MAX_JOB_BYTES;

    /**
     * Reads a submission.
     *
     * @throws ProblemException
     *             400 with a pointer to each mistake
     */
    static Submission from(ObjectNode body) {
        Fields fields = new Fields(body);
        Optional<Submission> submission = read(fields);
        fields.verify();
        return submission.orElseThrow();
    }

    /** For an object within a body: empty if there are mistakes, which whoever verifies the fields tells. */
    static Optional<Submission> read(Fields fields) {
        fields.allowing(NAMES);
        String language = fields.required("language", fields.textWithoutNul("language", LONGEST_NAME));
        Optional<String> version = fields.textWithoutNul("version", LONGEST_NAME);
        List<SourceFile> files = files(fields);
        String stdin = fields.text("stdin", LONGEST_TEXT).orElse("");
        List<String> args = fields.texts("args", 0, Sizes.MAX_ARGS, LONGEST_TEXT);
        List<TestCase> tests = TestCases.read(fields);
        Limits limits = limits(fields);
        Optional<Instant> deadline = fields.time("deadline");
        OnLost onLost = onLost(fields);
        Map<String, String> labels = labels(fields);
        WebhookChoice webhook = WebhookChoice.read(fields);
        if (fields.flawed()) {
            return Optional.empty();
        }
        Program program = new Program(language, version.orElse(null), files, stdin, args, limits);
        return Optional.of(new Submission(program, tests, deadline, onLost, labels, webhook));
    }

    /** The field {@code labels}. */
    static Map<String, String> labels(Fields fields) {
        return fields.textMap("labels", MOST_LABELS, LABEL_NAME, LONGEST_LABEL);
    }

    /**
     * As part of a batch: the tenant's default webhook tells of the batch, not of each job.
     *
     * @param more
     *            the batch's labels; its own of the same name count
     */
    Submission inBatch(Map<String, String> more) {
        Map<String, String> all = new HashMap<>(more);
        all.putAll(labels);
        WebhookChoice own = webhook instanceof WebhookChoice.TenantDefault ? new WebhookChoice.None() : webhook;
        return new Submission(program, tests, deadline, onLost, all, own);
    }

    private static List<SourceFile> files(Fields fields) {
        if (fields.has("code") == fields.has("files")) {
            fields.wrong("", "must have either 'code' or 'files'");
        }
        if (fields.has("code")) {
            String code = fields.required("code", fields.textWithoutNul("code", LONGEST_TEXT));
            return List.of(new SourceFile(SourceFile.UNNAMED, code));
        }
        if (!fields.has("files")) {
            return List.of();
        }
        Set<String> names = new HashSet<>();
        return fields.objects("files", Sizes.MAX_FILES).stream().map(entry -> file(entry, names)).toList();
    }

    private static SourceFile file(Fields fields, Set<String> names) {
        fields.allowing(Set.of("name", "content", "encoding"));
        String name = fields.required("name", fields.text("name", SourceFile.MAX_NAME_LENGTH));
        if (!name.isEmpty()) {
            SourceFile.nameProblem(name).ifPresent(problem -> fields.wrong("name", problem));
            if (!names.add(name)) {
                fields.wrong("name", "must not be the name of another file");
            }
        }
        Encoding encoding = encoding(fields);
        if (!fields.has("content")) {
            fields.wrong("content", "is missing");
        }
        String content = (encoding == Encoding.UTF_8
                ? fields.textWithoutNul("content", LONGEST_TEXT)
                : fields.text("content", LONGEST_TEXT)).orElse("");
        if (encoding == Encoding.BASE64 && !isBase64(content)) {
            fields.wrong("content", "must be base64 with padding, as its encoding says");
        }
        return new SourceFile(name, content, encoding);
    }

    private static Encoding encoding(Fields fields) {
        return switch (fields.text("encoding", LONGEST_NAME).orElse("utf-8")) {
            case "utf-8", "utf8" -> Encoding.UTF_8;
            case "base64" -> Encoding.BASE64;
            default -> {
                fields.wrong("encoding", "must be utf-8 or base64");
                yield Encoding.UTF_8;
            }
        };
    }

    private static OnLost onLost(Fields fields) {
        return switch (fields.text("onLost", LONGEST_NAME).orElse("retry")) {
            case "retry" -> OnLost.RETRY;
            case "fail" -> OnLost.FAIL;
            default -> {
                fields.wrong("onLost", "must be retry or fail");
                yield OnLost.RETRY;
            }
        };
    }

    private static Limits limits(Fields fields) {
        return fields.object("limits")
                .map(limits -> limits.allowing(Set.of("wallTimeMs", "cpuTimeMs", "memoryBytes", "outputBytes")))
                .map(limits -> new Limits(limits.positive("wallTimeMs"), limits.positive("cpuTimeMs"),
                        limits.positive("memoryBytes"), limits.positive("outputBytes")))
                .orElse(Limits.NONE);
    }

    private static boolean isBase64(String text) {
        try {
            Base64.getDecoder().decode(text);
            return text.length() % 4 == 0;
        } catch (IllegalArgumentException notBase64) {
            return false;
        }
    }
}
