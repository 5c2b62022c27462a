package dev.penstock.local.containers;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * A process shut in as a container engine would: this machine's /usr and an image's own folders for a root, which is
 * read-only; its own /tmp; only the given variables, user and capabilities; no processes but its own. The network is this machine's.
 *
 * @param image
 *            holds what the image has of its own, such as {@code opt/penstock}
 * @param writable
 *            whether the image's folders are, as while it is built
 * @param uid
 *            0 for root
 * @param capabilities
 *            all that even root has, such as {@code CHOWN}; those of a container when it is built are many
 */
record Box(Path image, boolean writable, Map<String, String> environment, int uid, List<String> capabilities,
        List<String> mounts, List<String> tmpOptions) {
    private static final List<String> OF_THE_IMAGE = List.of("opt/penstock", "data", "image");
    private static final String JDK = "/opt/java/openjdk";
    private static final String PATH = JDK + "/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    /** What a container has while it is built. */
    static Box building(Path image, Map<String, String> environment, Path sources) {
        return new Box(image, true, environment, 0, List.of("ALL"),
                List.of("--ro-bind", sources.toString(), "/src", "--unshare-net"), List.of());
    }

    /** Starts the command; both outputs go to the file. */
    Process start(List<String> command, Path output) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(commandLine(command)).redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(output.toFile()))
                .redirectInput(new File("/dev/null"));
        return builder.start();
    }

    private List<String> commandLine(List<String> command) throws IOException {
        List<String> line = new ArrayList<>(List.of("bwrap", "--die-with-parent", "--unshare-pid", "--cap-add", "ALL"));
        system(line);
        for (String folder : OF_THE_IMAGE) {
            if (Files.isDirectory(image.resolve(folder))) {
                line.addAll(List.of(writable ? "--bind" : "--ro-bind", image.resolve(folder).toString(),
                        "/" + folder));
            }
        }
        line.addAll(mounts);
        line.addAll(List.of("--remount-ro", "/", "--chdir", writable ? "/src" : "/", "--clearenv"));
        Map<String, String> all = new HashMap<>(Map.of("PATH", PATH));
        all.putAll(environment);
        all.forEach((name, value) -> line.addAll(List.of("--setenv", name, value)));
        line.add("--");
        if (!tmpOptions.isEmpty()) {
            line.addAll(List.of("sh", "-c", "mount -o \"remount,$0\" /tmp && exec \"$@\"",
                    String.join(",", tmpOptions)));
        }
        line.addAll(List.of("setpriv", "--reuid=" + uid, "--regid=" + uid, "--clear-groups", "--no-new-privs",
                "--inh-caps=-all", "--bounding-set=" + bounding(), "--"));
        line.addAll(command);
        return line;
    }

    private static void system(List<String> line) throws IOException {
        line.addAll(List.of("--ro-bind", "/usr", "/usr", "--proc", "/proc", "--dev", "/dev", "--perms", "1777",
                "--tmpfs", "/tmp"));
        for (String folder : List.of("/opt", "/opt/java")) {
            line.addAll(List.of("--perms", "0755", "--dir", folder));
        }
        for (String folder : List.of("bin", "sbin", "lib", "lib64")) {
            Path path = Path.of("/", folder);
            if (Files.isSymbolicLink(path)) {
                line.addAll(List.of("--symlink", Files.readSymbolicLink(path).toString(), path.toString()));
            } else if (Files.isDirectory(path)) {
                line.addAll(List.of("--ro-bind", path.toString(), path.toString()));
            }
        }
        line.addAll(List.of("--ro-bind", "/etc", "/etc", "--ro-bind", System.getProperty("java.home"), JDK));
    }

    private String bounding() {
        return capabilities.contains("ALL")
                ? "+all"
                : capabilities.stream()
                        .map(name -> ",+" + name.toLowerCase(Locale.ROOT))
                        .collect(Collectors.joining("", "-all", ""));
    }
}
