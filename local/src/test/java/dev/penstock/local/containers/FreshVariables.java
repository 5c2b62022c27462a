package dev.penstock.local.containers;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.local.cli.Penstock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** An .env of a test's own, made by the command that makes everybody's. */
final class FreshVariables {
    private FreshVariables() {}

    static Map<String, String> make(Path folder, String... choice) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp", System.getProperty("java.class.path"), Penstock.class.getName(), "init-compose", "--folder",
                folder.toString()));
        command.addAll(List.of(choice));
        assertThat(new ProcessBuilder(command).inheritIO().start().waitFor()).isZero();
        return Files.readAllLines(folder.resolve(".env"))
                .stream()
                .filter(line -> !line.startsWith("#"))
                .map(line -> line.split("=", 2))
                .collect(Collectors.toMap(parts -> parts[0], parts -> parts[1]));
    }
}
