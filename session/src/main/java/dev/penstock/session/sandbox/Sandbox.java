package dev.penstock.session.sandbox;

import java.nio.file.Path;
import java.util.List;

/**
 * A way to start {@code init.pl}, and through it a program, apart from the rest of the system. Strongest first:
 * {@link Bubblewrap} and {@link Unshare} (namespaces), {@link OwnUser} (users), {@link Bare} (none).
 */
public sealed interface Sandbox permits Bubblewrap, Unshare, OwnUser, Bare {
    /** The name by which a configuration asks for it. */
    String name();

    /** What it holds back, for people. */
    String description();

    /** The work folder as the program sees it. */
    Path workFolder(RunFolder folder);

    /** How many processes of ours stand between the one that is started and the program; their use is not counted. */
    int depth();

    /** Whether a limit on processes counts the program's own only, and not all that its user has elsewhere. */
    boolean countsProcesses();

    /** The command that runs {@code init.pl} with that launch in this sandbox. */
    List<String> command(Launch launch);

    /** The part that is the same everywhere. */
    static List<String> init(Path script, String kill, Path in) {
        return List.of("perl", script.toString(), machine(), kill, in.toString());
    }

    private static String machine() {
        return System.getProperty("os.arch").equals("amd64") ? "x86_64" : System.getProperty("os.arch");
    }
}
