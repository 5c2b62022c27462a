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
        List<String> lines = probe("bubblewrap", "unshare", "auto", "own-user", "none");

        assertThat(lines).containsExactly("bubblewrap bubblewrap 42", "unshare unshare 42", "auto bubblewrap 42",
                "own-user refused", "none none 42");
    }

    private List<String> probe(String... isolations) throws IOException, InterruptedException {
        var command = new ArrayList<String>();
        if (TestSession.offers("own-user")) {
            command.addAll(List.of("setpriv", "--reuid=" + NOBODY, "--regid=" + NOBODY, "--clear-groups", "--"));
        }
        command.addAll(List.of(System.getProperty("java.home") + "/bin/java", "-cp", readableClassPath(),
                OrdinaryUserProbe.class.getName()));
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
