package dev.penstock.session.run;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** The machine's memory that is in files of file systems in memory, or shared between processes. */
final class SharedMemory {
    private static final Path MEMORY = Path.of("/proc/meminfo");
    private static final String KEY = "\nShmem:";

    private SharedMemory() {}

    /** All of it, or 0 where that isn't told. */
    static long bytes() {
        try {
            String text = Files.readString(MEMORY, StandardCharsets.ISO_8859_1);
            int at = text.indexOf(KEY);
            return at < 0
                    ? 0
                    : Long.parseLong(text.substring(at + KEY.length(), text.indexOf(" kB", at)).strip()) * 1024;
        } catch (IOException hidden) {
            return 0;
        }
    }
}
