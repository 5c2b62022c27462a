package dev.penstock.worker.pool;

import dev.penstock.contracts.Program;
import dev.penstock.contracts.SourceFile;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** A program as one source text, for the pools that take nothing else. */
final class SourceText {
    private SourceText() {}

    /** Why the program isn't one source text, as a sentence; empty when it is. */
    static Optional<String> objection(Program program) {
        if (program.files().size() != 1) {
            return Optional.of("this pool takes exactly one file");
        }
        return read(program.files().getFirst()).isEmpty()
                ? Optional.of("this pool takes source text in UTF-8 only")
                : Optional.empty();
    }

    /** The text of a program to which there is no {@link #objection}. */
    static String of(Program program) {
        return read(program.files().getFirst()).orElseThrow();
    }

    private static Optional<String> read(SourceFile file) {
        try {
            return Optional.of(StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(file.bytes())).toString());
        } catch (CharacterCodingException | IllegalArgumentException notText) {
            return Optional.empty();
        }
    }
}
