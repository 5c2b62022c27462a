package dev.penstock.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What works without being root, and what is refused. Where the tests run as root, a process becomes somebody else. */
class OrdinaryUserTest {
    private static final String NOBODY = "65534";

    @TempDir
    Path folder;

    @Test
    void namespacesNeedNoRootAndNothingRunsWithoutIsolationUnlessTold() throws Exception {
        assumeThat(TestSession.offers("bubblewrap")).as("bubblewrap is installed").isTrue();
        List<String> lines = probe(List.of(), "unshare", "auto", "own-user", "none");

        String hostile = " time_limit memory_limit signal nonzero_exit nonzero_exit output_limit 42";
        assertThat(lines).containsExactly("unshare unshare" + hostile, "auto bubblewrap" + hostile,
                "own-user refused", "none none 42");
        assertThat(processesOfNobody()).isEmpty();
    }

    @Test
    void whereNoIsolationWorksNothingStartsUnlessTold() throws Exception {
        List<String> lines = probe(List.of("unshare", "--user", "--map-current-user", "--keep-caps", "sh", "-c",
                "echo 0 >/proc/sys/user/max_user_namespaces; exec \"$@\"", "sh"), "auto", "session", "none");

        assertThat(lines).containsExactly("auto refused", "session refused", "none none 42");
    }

    /** Where this user is root, the probe's user has no others on this machine. */
    private static List<Path> processesOfNobody() throws IOException {
        if (!TestSession.offers("own-user")) {
            return List.of();
        }
        try (Stream<Path> all = Files.list(Path.of("/proc"))) {
            return all.filter(process -> process.getFileName().toString().matches("\\d+"))
                    .filter(OrdinaryUserTest::isOfNobody)
                    .toList();
        }
    }

    private static boolean isOfNobody(Path process) {
        try {
            return Objects.equals(Files.getAttribute(process, "unix:uid"), Integer.valueOf(NOBODY));
        } catch (IOException ended) {
            return false;
        }
    }

    @Test
    void whatADeadContainerOfTheSameUserLeftIsRemovedAndNothingElse() throws Exception {
        Path precious = Files.writeString(folder.resolve("precious"), "kept");
        Path dead = Files.createDirectories(folder.resolve("runs/penstock-session-dead/run-1/work/locked/inner"));
        Path ended = folder.resolve("runs/penstock-session-dead");
        Files.createFile(ended.resolve("lock"));
        Files.createSymbolicLink(dead.resolve("link"), precious);
        Files.createSymbolicLink(ended.resolve("run-2"), folder);
        Path link = Files.createSymbolicLink(folder.resolve("runs/penstock-session-link"), folder);
        Path unlocked = Files.createDirectory(folder.resolve("runs/penstock-session-without-a-lock"));
        Files.setPosixFilePermissions(dead.getParent(), Set.of());

        assertThat(probe(List.of(), "none")).containsExactly("none none 42");

        assertThat(ended).doesNotExist();
        assertThat(precious).hasContent("kept");
        assertThat(link).isSymbolicLink();
        assertThat(unlocked).isDirectory();
    }

    private List<String> probe(List<String> before, String... isolations) throws IOException, InterruptedException {
        Path runs = Files.createDirectories(folder.resolve("runs"));
        var command = new ArrayList<String>();
        if (TestSession.offers("own-user")) {
            assertThat(new ProcessBuilder("chown", "--recursive", "--no-dereference", NOBODY, runs.toString()).start()
                    .waitFor()).isZero();
            command.addAll(List.of("setpriv", "--reuid=" + NOBODY, "--regid=" + NOBODY, "--clear-groups", "--"));
        }
        command.addAll(before);
        command.addAll(List.of(System.getProperty("java.home") + "/bin/java", "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC", "-cp", readableClassPath(),
                "-Djava.io.tmpdir=" + runs, OrdinaryUserProbe.class.getName()));
        command.addAll(List.of(isolations));
        Path output = folder.resolve("output");
        Process process = new ProcessBuilder(command).redirectOutput(output.toFile())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try {
            assertThat(process.waitFor(3, TimeUnit.MINUTES)).isTrue();
        } finally {
            process.destroyForcibly();
        }
        return Files.readAllLines(output)
                .stream()
                .filter(line -> !line.contains(" ERROR ") && !line.contains(" WARN "))
                .toList();
    }

    /** The class path may lie in a home folder that nobody else can enter. */
    private String readableClassPath() throws IOException {
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
        var copies = new ArrayList<String>();
        for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
            Path source = Path.of(entry);
            if (Files.exists(source)) {
                Path copy = folder.resolve(copies.size() + "-" + source.getFileName());
                copy(source, copy);
                copies.add(copy.toString());
            }
        }
        return String.join(File.pathSeparator, copies);
    }

    private static void copy(Path source, Path target) throws IOException {
        try (Stream<Path> all = Files.walk(source)) {
            for (Path path : all.toList()) {
                Files.copy(path, target.resolve(source.relativize(path).toString()));
            }
        }
    }
}
