package dev.penstock.session.run;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What {@code init.pl} says about the program's end: the last line of a file whose first says that it has started. Lines
 * between them say why the program could not be, and what {@link Progress} reads.
 *
 * @param exit
 *            0 when a signal ended it
 * @param signal
 *            0 when it exited
 * @param packed
 *            whether the archive, if asked for, is whole
 * @param exceeded
 *            which limit on the disk it was stopped at
 * @param unstartable
 *            why what was to be started could not be
 */
record Report(int exit, int signal, long cpuMs, long peakBytes, long wallMs, boolean packed,
        Optional<StopReason> exceeded, Optional<String> unstartable) {
    /** Of a program that was killed with all that could have told more. */
    static Report killed(long wallMs) {
        return new Report(0, Signals.SIGKILL, 0, 0, wallMs, false, Optional.empty(), Optional.empty());
    }

    private static final Pattern LINE = Pattern.compile("exit=(?<exit>\\d{1,3}) signal=(?<signal>\\d{1,3})"
            + " cpu_us=(?<cpu>\\d{1,18}) peak_kib=(?<peak>\\d{1,15}) wall_us=(?<wall>\\d{1,18}) packed=(?<packed>[01])"
            + " exceeded=(?<exceeded>none|disk|files)");

    /** The report, or empty when there is none because all was killed at once. */
    static Optional<Report> read(Path file) throws IOException, RunnerFailure {
        List<String> lines = Files.readAllLines(file, StandardCharsets.ISO_8859_1); // reasons hold names of any bytes
        Optional<String> error = value(lines, "error=");
        if (error.isPresent()) {
            throw new RunnerFailure("the sandbox could not start the program: " + error.get());
        }
        Matcher fields = LINE.matcher(lines.isEmpty() ? "" : lines.getLast());
        if (!fields.matches()) {
            return Optional.empty();
        }
        return Optional.of(new Report(Integer.parseInt(fields.group("exit")), Integer.parseInt(fields.group("signal")),
                Long.parseLong(fields.group("cpu")) / 1000, Long.parseLong(fields.group("peak")) * 1024,
                Long.parseLong(fields.group("wall")) / 1000, fields.group("packed").equals("1"),
                switch (fields.group("exceeded")) {
                    case "disk" -> Optional.of(StopReason.DISK);
                    case "files" -> Optional.of(StopReason.FILES);
                    default -> Optional.empty();
                }, value(lines, "unstartable=")));
    }

    private static Optional<String> value(List<String> lines, String key) {
        return lines.stream()
                .filter(line -> line.startsWith(key))
                .map(line -> line.substring(key.length()))
                .findFirst();
    }
}
