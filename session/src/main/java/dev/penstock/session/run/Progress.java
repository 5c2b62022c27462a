package dev.penstock.session.run;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/** How far a stage has come, as {@code init.pl} writes it down for {@link Report}. Reads the file again when it has grown. */
final class Progress {
    private static final Pattern ASIDE = Pattern.compile("^aside_us=(\\d{1,18})$", Pattern.MULTILINE);

    private final Path file;
    private long bytes;
    private Point point = Point.PREPARING;
    private long asideMs;

    Progress(Path file) {
        this.file = file;
    }

    /** What a stage comes by. */
    enum Point {
        /** Its sandbox is being made. */
        PREPARING,
        /** The program runs. */
        STARTED,
        /** What the program left is being removed. */
        ENDED
    }

    /** Looks again. */
    Point now() throws IOException {
        long now = file.toFile().length(); // 0, too, while there is no file yet
        if (now > bytes) {
            String text = Files.readString(file, StandardCharsets.ISO_8859_1); // reasons hold names of any bytes
            bytes = now;
            point = text.contains("\nexit=") ? Point.ENDED : Point.STARTED;
            asideMs = ASIDE.matcher(text).results().map(MatchResult::group).mapToLong(Progress::millis).max().orElse(0);
        }
        return point;
    }

    private static long millis(String line) {
        return Long.parseLong(line.substring(line.indexOf('=') + 1)) / 1000;
    }

    /** CPU time of processes that {@code init.pl} waited for and that are not the program's. */
    long asideMs() {
        return asideMs;
    }
}
