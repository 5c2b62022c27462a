package dev.penstock.session.http;

import dev.penstock.contracts.Encoding;
import dev.penstock.contracts.Sizes;
import dev.penstock.contracts.SourceFile;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** The files of a request: {@code code} or {@code files}, each name and encoding checked. */
final class FilesReader {
    private static final int MAX_NAME_PART_BYTES = 255;

    private FilesReader() {}

    /** At least one file; the first has the empty name when it was sent without one. */
    static List<SourceFile> read(Fields fields) {
        // Azure's first clients call it pythonCode.
        Optional<String> code = fields.text("code").or(() -> fields.text("pythonCode"));
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
            return List.of(file(fields.path() + "code", "", code.get(), codeEncoding(fields)));
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
        name.flatMap(FilesReader::nameProblem).ifPresent(problem -> {
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
        return file(file.path() + "content", name.orElse(""), content, encoding);
    }

    static Optional<String> nameProblem(String name) {
        return SourceFile.nameProblem(name).or(() -> {
            for (String part : name.split("/")) {
                if (part.getBytes(StandardCharsets.UTF_8).length > MAX_NAME_PART_BYTES) {
                    return Optional.of("must have at most " + MAX_NAME_PART_BYTES + " bytes between slashes");
                }
            }
            return Optional.empty();
        });
    }

    /** Many encoders break base64 into lines. */
    private static SourceFile file(String field, String name, String content, Encoding encoding) {
        try {
            var file = new SourceFile(name, encoding == Encoding.BASE64 ? content.replaceAll("[\\r\\n]+", "") : content,
                    encoding);
            file.bytes();
            return file;
        } catch (IllegalArgumentException notBase64) {
            throw RefusedException.invalid(field + " is said to be base64 and is not");
        }
    }

    /** Refuses two files of one name, and a file where another needs a folder. */
    static void refuseClashes(List<SourceFile> files) {
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
}
