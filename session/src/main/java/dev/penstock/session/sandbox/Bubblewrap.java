package dev.penstock.session.sandbox;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Namespaces by bubblewrap: the fastest way, and it needs no privileges where user namespaces are on. */
public record Bubblewrap(Home home) implements Sandbox.InNamespaces {
    @Override
    public String name() {
        return "bubblewrap";
    }

    @Override
    public String description() {
        return "own user, pid, mount, network, ipc and uts namespaces by bubblewrap: read-only system, private /work"
                + " and /tmp in memory, no network";
    }

    @Override
    public List<String> command(Launch launch) {
        var command = new ArrayList<String>(home.dropTo(launch.folder().uid()));
        command.add("bwrap");
        namespaces(command);
        system(command);
        writable(command, launch.diskBytes());
        add(command, "--ro-bind", launch.folder().in().toString(), Inside.IN.toString());
        add(command, "--ro-bind", home.init().toString(), Inside.INIT.toString());
        add(command, "--chdir", Inside.WORK.toString(), "--remount-ro", "/", "--");
        command.addAll(Sandbox.InNamespaces.init());
        return command;
    }

    private static void namespaces(List<String> command) {
        add(command, "--unshare-user", "--unshare-pid", "--unshare-net", "--unshare-ipc", "--unshare-uts");
        add(command, "--unshare-cgroup-try", "--disable-userns", "--hostname", "sandbox", "--as-pid-1");
        add(command, "--uid", "1000", "--gid", "1000");
    }

    private void system(List<String> command) {
        add(command, "--ro-bind", "/usr", "/usr", "--ro-bind-try", "/opt", "/opt", "--proc", "/proc");
        for (String folder : List.of("bin", "sbin", "lib", "lib32", "lib64", "libx32")) {
            if (Files.isSymbolicLink(Path.of("/", folder))) {
                add(command, "--symlink", "usr/" + folder, "/" + folder);
            } else if (Files.isDirectory(Path.of("/", folder))) {
                add(command, "--ro-bind", "/" + folder, "/" + folder);
            }
        }
        add(command, "--ro-bind", home.etc().toString(), "/etc");
        for (Path own : home.systemEtc()) {
            add(command, "--ro-bind", own.toString(), own.toString());
        }
    }

    /** /dev is a file system in memory too: unless it is made read-only, it has room for half of the machine's. */
    private static void writable(List<String> command, long bytes) {
        String size = Long.toString(bytes);
        add(command, "--dev", "/dev", "--size", size, "--tmpfs", "/dev/shm", "--remount-ro", "/dev");
        add(command, "--size", size, "--tmpfs", "/tmp", "--size", size, "--tmpfs", Inside.WORK.toString());
    }

    private static void add(List<String> command, String... words) {
        command.addAll(List.of(words));
    }
}
