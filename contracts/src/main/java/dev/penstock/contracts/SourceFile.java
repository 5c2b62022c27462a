package dev.penstock.contracts;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Objects;
import java.util.Optional;

/**
 * One file of a program.
 *
 * @param name
 *            relative path with {@code /} between folders, see {@link #nameProblem(String)}
 * @param content
 *            the text itself or its base64, as {@code encoding} says
 */
public record SourceFile(String name, String content, Encoding encoding) {
    /** Names the only file of a program that came as bare code; the session container gives it its language's name. */
    public static final String UNNAMED = "main";
    public static final int MAX_NAME_LENGTH = 255;
    public static final int MAX_NAME_DEPTH = 8;

    public SourceFile {
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(content, "content");
        encoding = Objects.requireNonNullElse(encoding, Encoding.UTF_8);
    }

    public SourceFile(String name, String content) {
        this(name, content, Encoding.UTF_8);
    }

    /**
     * The file's bytes.
     *
     * @throws IllegalArgumentException
     *             if the content is said to be base64 and isn't
     */
    public byte[] bytes() {
        return switch (encoding) {
            case UTF_8 -> content.getBytes(StandardCharsets.UTF_8);
            case BASE64 -> Base64.getDecoder().decode(content);
        };
    }

    /** The file as text; what is no UTF-8 is replaced. */
    public String text() {
        return switch (encoding) {
            case UTF_8 -> content;
            case BASE64 -> new String(bytes(), StandardCharsets.UTF_8);
        };
    }

    /**
     * Why a name can't be used, as the end of a sentence that starts with "name", or empty when it can. A usable name
     * stays inside the folder it is written to on every file system.
     */
    public static Optional<String> nameProblem(String name) {
        if (name.isEmpty() || name.length() > MAX_NAME_LENGTH) {
            return Optional.of("must have 1 to " + MAX_NAME_LENGTH + " characters");
        }
        if (name.chars().anyMatch(c -> c < 0x20 || c == 0x7f || c == '\\')) {
            return Optional.of("must not contain control characters, NUL or backslashes");
        }
        if (name.startsWith("/")) {
            return Optional.of("must be relative: remove the leading '/'");
        }
        String[] parts = name.split("/", -1);
        if (parts.length > MAX_NAME_DEPTH) {
            return Optional.of("must not be nested deeper than " + MAX_NAME_DEPTH + " folders");
        }
        for (String part : parts) {
            if (part.isEmpty() || part.equals(".") || part.equals("..")) {
                return Optional.of("must not contain empty, '.' or '..' parts");
            }
        }
        return Optional.empty();
    }
}
