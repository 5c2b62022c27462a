package dev.penstock.local.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SettingsHelpTest {
    private static final Pattern ASKED = Pattern
            .compile("\\.(?:read|text|flag|number|port|url|duration|size)\\(\\s*\"(PENSTOCK_[A-Z0-9_]+)\"");

    /** Where each command's settings are asked for, from this module's folder. */
    private static final Map<String, List<String>> SOURCES = Map.of("gateway",
            List.of("../api-gateway/src/main/java", "../messaging/src/main/java"), "worker",
            List.of("../worker/src/main/java", "../messaging/src/main/java"), "session",
            List.of("../session/src/main/java"), "pool", List.of("src/main/java/dev/penstock/local/pool"), "servicebus",
            List.of("src/main/java/dev/penstock/local/stack/LocalServiceBus.java"));

    @ParameterizedTest
    @ValueSource(strings = {"gateway", "worker", "session", "pool", "servicebus"})
    void a_commands_help_lists_exactly_the_variables_that_it_reads(String command) throws IOException {
        Set<String> asked = new TreeSet<>();
        for (String source : SOURCES.getOrDefault(command, List.of())) {
            asked.addAll(askedFor(Path.of(source)));
        }
        Set<String> listed = new TreeSet<>();
        SettingsHelp.variables(command).forEach(variable -> listed.add(variable.name()));
        assertThat(listed).isNotEmpty().isEqualTo(asked);
    }

    @ParameterizedTest
    @ValueSource(strings = {"gateway", "worker", "session", "pool", "servicebus"})
    void a_commands_help_shows_them(String command) {
        String help = Objects.requireNonNull(Penstock.commandLine().getSubcommands().get(command))
                .getUsageMessage()
                .replaceAll("\\s+", " ");
        SettingsHelp.variables(command)
                .forEach(variable -> assertThat(help).contains(variable.name(), variable.meaning()));
    }

    private static Set<String> askedFor(Path source) throws IOException {
        Set<String> names = new TreeSet<>();
        try (Stream<Path> files = Files.walk(source)) {
            for (Path file : files.filter(path -> path.toString().endsWith(".java")).toList()) {
                Matcher matcher = ASKED.matcher(Files.readString(file));
                while (matcher.find()) {
                    names.add(matcher.group(1));
                }
            }
        }
        return names;
    }
}
