package dev.penstock.session.sandbox;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The system's folders in which every user can make files, as they were when a container started. */
record OpenFolders(List<String> paths) {
    private static final List<String> WHERE = Stream
            .of("/tmp", "/var", "/var/tmp", "/run", "/run/lock", "/dev/shm", "/dev/mqueue")
            .filter(folder -> Files.isDirectory(Path.of(folder)))
            .toList();
    /** What a command line keeps as it is, whatever the locale. */
    private static final Predicate<String> NAMEABLE = Pattern.compile("\\p{ASCII}+").asMatchPredicate();

    OpenFolders {
        paths = List.copyOf(paths);
    }

    static OpenFolders find() throws IOException {
        List<String> all = FileTool.find(WHERE, "-xdev", "-type", "d", "-perm", "-0002", "-print0");
        return new OpenFolders(all.stream().distinct().filter(NAMEABLE).toList());
    }

    /** Whatever lies below them and belongs to those users, of whom no process may be left. */
    void removeAllOf(Users users) throws IOException {
        FileTool.find(paths, "-xdev", "-mindepth", "1", "-uid", "+" + (users.first() - 1), "-uid",
                "-" + (users.first() + users.count()), "-prune", "-execdir", "rm", "--recursive", "--force",
                "--one-file-system", "--", "{}", "+");
    }
}
