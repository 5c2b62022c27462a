package dev.penstock.session.sandbox;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/**
 * One program to start in a sandbox. It goes to {@code init.pl} in a file, as UTF-8: command lines would be encoded as
 * this process's locale says, and everybody could read them.
 *
 * @param names
 *            names in the work folder of the files that {@code folder} holds as 0, 1 and so on
 * @param unpack
 *            whether the work folder starts as the archive in {@code folder}
 * @param pack
 *            whether an archive of the work folder is made when the program exits with 0
 * @param diskBytes
 *            what the program may keep in its work folder, and the same in /tmp
 * @param files
 *            how many it may keep
 * @param limits
 *            in force from the program's first instruction
 * @param environment
 *            of the program alone: the sandbox itself is started without
 * @param command
 *            program and arguments as the sandbox sees them
 */
public record Launch(RunFolder folder, List<String> names, boolean unpack, boolean pack, long diskBytes, int files,
        List<ResourceLimit> limits, Map<String, String> environment, List<String> command) {
    /** An archive is larger than what it holds, but not by so much. */
    private static final int ARCHIVE_FACTOR = 2;

    public Launch {
        names = List.copyOf(names);
        limits = List.copyOf(limits);
        environment = Map.copyOf(environment);
        command = List.copyOf(command);
    }

    /** What {@code init.pl} reads. */
    public byte[] encoded() {
        var bytes = new ByteArrayOutputStream();
        names.forEach(name -> word(bytes, "file=" + name));
        environment.forEach((name, value) -> word(bytes, "set=" + name + "=" + value));
        limits.forEach(limit -> word(bytes, "limit=" + limit.encoded()));
        word(bytes, "disk=" + diskBytes);
        word(bytes, "files=" + files);
        if (unpack) {
            word(bytes, "unpack=1");
        }
        if (pack) {
            word(bytes, "pack=" + ARCHIVE_FACTOR * diskBytes);
        }
        word(bytes, "");
        command.forEach(part -> word(bytes, part));
        return bytes.toByteArray();
    }

    private static void word(ByteArrayOutputStream bytes, String word) {
        bytes.writeBytes(word.getBytes(StandardCharsets.UTF_8));
        bytes.write(0);
    }
}
