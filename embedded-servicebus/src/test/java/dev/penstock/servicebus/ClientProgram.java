package dev.penstock.servicebus;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** A client in another language, or what is needed to have one. */
final class ClientProgram {
    private static final int LIMIT_SECONDS = 180;

    private ClientProgram() {}

    /**
     * Runs a command to its end, its output in a file.
     *
     * @return its exit code
     * @throws IOException when there is no such command
     */
    static int run(Path folder, Path log, String... command) throws IOException, InterruptedException {
        var process = new ProcessBuilder(command).directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        if (!process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new IllegalStateException(command[0] + " does not end; so far: " + Files.readString(log));
        }
        return process.exitValue();
    }

    /** Whether a command is there and ends well. */
    static boolean succeeds(Path folder, Path log, String... command) throws InterruptedException {
        try {
            return run(folder, log, command) == 0;
        } catch (IOException missing) {
            return false;
        }
    }
}
