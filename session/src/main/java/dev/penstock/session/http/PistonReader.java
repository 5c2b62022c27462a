package dev.penstock.session.http;

import com.fasterxml.jackson.databind.JsonNode;
import dev.penstock.contracts.Encoding;
import dev.penstock.contracts.Limits;
import dev.penstock.contracts.Sizes;
import dev.penstock.contracts.SourceFile;
import dev.penstock.session.http.ExecuteRequest.Shape;
import dev.penstock.session.run.ProgramRun;
import dev.penstock.session.run.StageLimits;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Requests as Piston v2 takes them, refused in Piston's words; limits above the configured ones too. */
final class PistonReader {
    private static final double NO_LIMIT = -1;

    private PistonReader() {}

    static ExecuteRequest read(byte[] body, LimitPolicy policy) {
        Fields fields = Fields.parse(body);
        String language = required(fields, "language", "string");
        String version = required(fields, "version", "string");
        List<SourceFile> files = files(fields);
        Limits run = limits(fields, "run", policy.ceilings());
        Limits compile = limits(fields, "compile", policy.compile());
        var input = new ProgramRun.Case(fields.text("stdin").orElse("").getBytes(StandardCharsets.UTF_8),
                RequestReader.args(fields));
        return new ExecuteRequest(Shape.FLAT, null, language, version, files, List.of(input), false, Map.of(), run,
                compile, null, null);
    }

    private static String required(Fields fields, String name, String type) {
        JsonNode value = fields.object().path(name);
        if (!value.isTextual()) {
            throw RefusedException.invalid(name + " is required as a " + type);
        }
        return value.textValue();
    }

    private static List<SourceFile> files(Fields fields) {
        JsonNode listed = fields.object().path("files");
        if (!listed.isArray()) {
            throw RefusedException.invalid("files is required as an array");
        }
        if (listed.isEmpty() || listed.size() > Sizes.MAX_FILES) {
            throw RefusedException.invalid("files must hold 1 to " + Sizes.MAX_FILES + " files");
        }
        var files = new ArrayList<SourceFile>();
        for (JsonNode one : listed) {
            files.add(file(one, files.size()));
        }
        FilesReader.refuseClashes(files);
        int main = indexOfMain(listed);
        files.addFirst(files.remove(main));
        return files;
    }

    /** The first that isn't encoded, as in Piston; where all are, the first. */
    private static int indexOfMain(JsonNode listed) {
        for (int i = 0; i < listed.size(); i++) {
            String encoding = listed.path(i).path("encoding").asText("utf8");
            if (!encoding.equals("base64") && !encoding.equals("hex")) {
                return i;
            }
        }
        return 0;
    }

    private static SourceFile file(JsonNode file, int index) {
        if (!file.path("content").isTextual()) {
            throw RefusedException.invalid("files[" + index + "].content is required as a string");
        }
        String unnamed = index == 0 ? "" : "file" + index + ".code";
        String name = file.path("name").isTextual() ? file.path("name").textValue() : unnamed;
        if (!name.equals(unnamed)) {
            FilesReader.nameProblem(Fields.unicode("files[" + index + "].name", name)).ifPresent(problem -> {
                throw RefusedException.invalid("files[" + index + "].name " + problem);
            });
        }
        byte[] content = content(file.path("encoding").asText("utf8"), file.path("content").textValue(), index);
        return new SourceFile(name, Base64.getEncoder().encodeToString(content), Encoding.BASE64);
    }

    private static byte[] content(String encoding, String text, int index) {
        try {
            return switch (encoding) {
                case "base64" -> Base64.getDecoder().decode(text);
                case "hex" -> HexFormat.of().parseHex(text);
                default -> Fields.unicode("files[" + index + "].content", text).getBytes(StandardCharsets.UTF_8);
            };
        } catch (IllegalArgumentException wrong) {
            throw RefusedException.invalid("files[" + index + "].content is not " + encoding);
        }
    }

    private static Limits limits(Fields fields, String stage, StageLimits most) {
        return new Limits(limit(fields, stage + "_timeout", most.wall().toMillis()),
                limit(fields, stage + "_cpu_time", most.cpu().toMillis()),
                limit(fields, stage + "_memory_limit", most.memoryBytes()), null);
    }

    /** 0 and absent mean the default, as in Piston, and so does the -1 that its clients send for memory. */
    private static @Nullable Long limit(Fields fields, String name, long most) {
        JsonNode value = fields.object().path(name);
        if (value.isMissingNode() || value.isNull()) {
            return null;
        }
        if (!value.isNumber()) {
            throw RefusedException.invalid("If specified, " + name + " must be a number");
        }
        double wanted = value.doubleValue();
        if (wanted > most) {
            throw RefusedException.invalid(name + " cannot exceed the configured limit of " + most);
        }
        if (wanted < 0 && wanted != NO_LIMIT) {
            throw RefusedException.invalid(name + " must be non-negative");
        }
        return wanted < 1 ? null : (Long) (long) wanted;
    }
}
