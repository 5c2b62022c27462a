package dev.penstock.local.containers;

import dev.penstock.local.containers.Dockerfile.Instruction;
import dev.penstock.local.containers.Dockerfile.Stage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * Builds the images' own folders by the Dockerfile's instructions, the same files and commands, in a scratch folder. What
 * needs an engine or a network is left out: the base images, apt-get, and Maven, whose result lies in target already.
 */
final class Images {
    private static final long DEADLINE_MINUTES = 5;
    private static final List<String> LEFT_OUT = List.of("--mount=type=cache,target=/root/.m2 mvn ", "apt-get update ");

    private final Dockerfile dockerfile;
    private final Path sources;
    private final Path scratch;
    private final Map<String, Path> built = new HashMap<>();

    Images(Dockerfile dockerfile, Path sources, Path scratch) {
        this.dockerfile = dockerfile;
        this.sources = sources;
        this.scratch = scratch;
    }

    /** The folder with what a target has of its own, built at the first call. */
    Path build(String target) throws IOException, InterruptedException {
        Path ready = built.get(target);
        if (ready != null) {
            return ready;
        }
        Stage stage = dockerfile.stage(target);
        Path image = Files.createDirectories(scratch.resolve(target));
        if (dockerfile.stages().containsKey(stage.base())) {
            copy(build(stage.base()).resolve("."), image);
        }
        // Where instructions may write; the rest of their root is read-only.
        for (String folder : List.of("opt/penstock", "data", "image")) {
            Files.createDirectories(image.resolve(folder));
        }
        for (Instruction instruction : stage.instructions()) {
            carryOut(stage, instruction, image);
        }
        built.put(target, image);
        return image;
    }

    private void carryOut(Stage stage, Instruction instruction, Path image) throws IOException, InterruptedException {
        switch (instruction.keyword()) {
            case "COPY" -> copy(instruction.text().split(" "), image);
            case "RUN" -> run(stage, instruction, image);
            case "ENV", "EXPOSE", "USER", "VOLUME", "WORKDIR", "HEALTHCHECK", "ENTRYPOINT" -> {
                // They say how the image is run: see Box.
            }
            default -> throw new IllegalStateException("the rehearsal doesn't know " + instruction);
        }
    }

    private void copy(String[] words, Path image) throws IOException, InterruptedException {
        Path to = image.resolve(words[words.length - 1].replaceFirst("^/", ""));
        boolean fromStage = words[0].startsWith("--from=");
        String from = words[words.length - 2];
        if (words[0].equals("--from=node") || from.equals(".")) {
            return; // another image's file; the sources, which lie there already
        }
        Path source = fromStage
                ? build(words[0].substring("--from=".length())).resolve(from.substring(1))
                : sources.resolve(from);
        Files.createDirectories(to.getParent());
        copy(source, to);
        if (words[0].startsWith("--chmod=")) {
            carryOut("chmod", "-R", words[0].substring("--chmod=".length()), to.toString());
        }
    }

    /** With times and permissions, which AOT caches and entry points depend on. */
    private static void copy(Path from, Path to) throws IOException, InterruptedException {
        carryOut("cp", "-a", "--reflink=auto", from.toString(), to.toString());
    }

    private static void carryOut(String... command) throws IOException, InterruptedException {
        if (new ProcessBuilder(command).inheritIO().start().waitFor() != 0) {
            throw new IllegalStateException("failed: " + String.join(" ", command));
        }
    }

    private void run(Stage stage, Instruction run, Path image) throws IOException, InterruptedException {
        Optional<List<String>> command = run.words();
        if (command.isEmpty()) {
            if (LEFT_OUT.stream().noneMatch(run.text()::startsWith)) {
                throw new IllegalStateException("a RUN that the rehearsal doesn't know: write it in the exec form with"
                        + " its work in a script, so that it can be tried without an engine: " + run.text());
            }
            return;
        }
        Path output = scratch.resolve(stage.name() + ".log");
        Process process = Box.building(image, dockerfile.environment(stage.name()), sources)
                .start(command.get(), output);
        if (!process.waitFor(DEADLINE_MINUTES, TimeUnit.MINUTES) || process.exitValue() != 0) {
            process.destroyForcibly();
            throw new IllegalStateException("RUN " + run.text() + " failed:\n" + Files.readString(output));
        }
    }
}
