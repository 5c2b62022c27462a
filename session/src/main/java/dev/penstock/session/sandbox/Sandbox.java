package dev.penstock.session.sandbox;

import java.nio.file.Path;
import java.util.List;

/**
 * A way to start {@code init.pl}, and through it a program, apart from the rest of the system. Strongest first:
 * {@link Bubblewrap} and {@link Unshare} (namespaces), {@link OwnUser} (users), {@link Bare} (none).
 */
public sealed interface Sandbox {
    /** The name by which a configuration asks for it. */
    String name();

    /** What it holds back, for people. */
    String description();

    /** The work folder as the program sees it. */
    Path workFolder(RunFolder folder);

    /** Where the program is to put temporary files, as it sees it. */
    Path tempFolder(RunFolder folder);

    /** How many processes of ours stand between the one that is started and the program; their use is not counted. */
    int depth();

    /** Whether a limit on processes counts the program's own only, and not all that its user has elsewhere. */
    boolean countsProcesses();

    /** The command that runs {@code init.pl} with that launch in this sandbox. */
    List<String> command(Launch launch);

    /** The part that is the same everywhere. */
    static List<String> init(Path script, String kill, String filter, Path in) {
        return List.of("perl", "-w", script.toString(), machine(), kill, filter, in.toString());
    }

    /** As the scripts call it. */
    static String machine() {
        return System.getProperty("os.arch").equals("amd64") ? "x86_64" : System.getProperty("os.arch");
    }

    /** Sandboxes that give a program a view of the system of its own. */
    sealed interface InNamespaces extends Sandbox permits Bubblewrap, Unshare {
        /** The part of the command that runs inside. */
        static List<String> init() {
            return Sandbox.init(Inside.INIT, "ns", CallFilter.inNamespaces(), Inside.IN);
        }

        @Override
        default Path workFolder(RunFolder folder) {
            return Inside.WORK;
        }

        @Override
        default Path tempFolder(RunFolder folder) {
            return Inside.TEMP;
        }

        @Override
        default int depth() {
            return 2;
        }

        @Override
        default boolean countsProcesses() {
            return true;
        }
    }

    /** Sandboxes in which a program sees the system as it is, and works in folders of its own. */
    sealed interface OnTheSystem extends Sandbox permits OwnUser, Bare {
        /** The part of the command that moves to the work folder. */
        static List<String> inWorkFolder(Launch launch) {
            return List.of("env", "--chdir=" + launch.folder().work(), "--");
        }

        @Override
        default Path workFolder(RunFolder folder) {
            return folder.work();
        }

        @Override
        default Path tempFolder(RunFolder folder) {
            return folder.temp();
        }

        @Override
        default int depth() {
            return 1;
        }
    }
}
