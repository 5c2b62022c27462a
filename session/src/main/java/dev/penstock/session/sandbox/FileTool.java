package dev.penstock.session.sandbox;

import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * The system's tools for what programs may have made: they go from folder to folder by open descriptors, however deep, never
 * by a path that somebody might still be changing, and never through a link.
 */
final class FileTool {
    private static final long SECONDS = 60;
    private static final Object ROOT = 0;

    private FileTool() {}

    /** Removes a folder and all that is in it on the same file system. */
    static void remove(Path folder) throws IOException {
        if (!ownUid().equals(ROOT)) {
            // A program may have locked its folders. For root nothing is locked.
            run(List.of("chmod", "--recursive", "u+rwx", "--", folder.toString()));
        }
        run(List.of("rm", "--recursive", "--force", "--one-file-system", "--", folder.toString()));
        if (Files.exists(folder, LinkOption.NOFOLLOW_LINKS)) {
            throw new IOException(folder + " could not be removed");
        }
    }

    /**
     * Looks through folders.
     *
     * @param expression
     *            what {@code find} is to do
     * @return what it printed by {@code -print0}
     */
    static List<String> find(List<String> folders, String... expression) throws IOException {
        List<String> words = new ArrayList<>(List.of("find"));
        words.addAll(folders);
        words.addAll(List.of(expression));
        String output = run(words);
        return Arrays.stream(output.split("\0")).filter(name -> !name.isEmpty()).toList();
    }

    /** Who this process is. */
    static Object ownUid() throws IOException {
        return Objects.requireNonNull(Files.getAttribute(Path.of("/proc/self"), "unix:uid"));
    }

    private static String run(List<String> command) throws IOException {
        Process process = new ProcessBuilder(command).redirectError(Redirect.DISCARD).start();
        CompletableFuture.delayedExecutor(SECONDS, TimeUnit.SECONDS).execute(process::destroyForcibly);
        return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }
}
