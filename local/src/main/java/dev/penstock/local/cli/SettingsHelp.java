package dev.penstock.local.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import picocli.CommandLine;

/**
 * The {@code PENSTOCK_*} variables of each command, for its {@code --help}. They are listed in resource files, a line each:
 * name, default and meaning with bars between. {@code SettingsHelpTest} compares them to what the code asks for.
 */
final class SettingsHelp {
    private static final List<String> CLIENTS_OF_SERVICE_BUS = List.of("gateway", "worker");
    static final List<String> COMMANDS = List.of("gateway", "worker", "session", "pool", "servicebus");

    private SettingsHelp() {}

    /** One variable. */
    record Variable(String name, String absent, String meaning) {
        private String line() {
            String value = absent.isEmpty() || absent.equals("required") ? absent : "default " + absent;
            return String.format(Locale.ROOT, "  %s%s%n      %s", name, value.isEmpty() ? "" : " (" + value + ")",
                    meaning);
        }
    }

    static void addTo(CommandLine penstock) {
        penstock.getSubcommands().forEach((name, command) -> {
            if (COMMANDS.contains(name)) {
                command.getCommandSpec().usageMessage().footer(footer(name));
            }
        });
    }

    private static String[] footer(String command) {
        List<String> lines = new ArrayList<>(List.of("", "Settings:"));
        // picocli takes the lines for formats.
        variables(command).forEach(variable -> lines.add(variable.line().replace("%", "%%")));
        return lines.toArray(String[]::new);
    }

    static List<Variable> variables(String command) {
        List<Variable> all = new ArrayList<>(read(command));
        if (CLIENTS_OF_SERVICE_BUS.contains(command)) {
            all.addAll(read("servicebus-client"));
        }
        return all;
    }

    private static List<Variable> read(String file) {
        try (InputStream in = SettingsHelp.class.getResourceAsStream("settings/" + file + ".txt")) {
            String text = new String(Objects.requireNonNull(in, file).readAllBytes(), StandardCharsets.UTF_8);
            return text.lines().map(SettingsHelp::parse).toList();
        } catch (IOException broken) {
            throw new UncheckedIOException(broken);
        }
    }

    private static Variable parse(String line) {
        String[] parts = line.split("\\|", 3);
        return new Variable(parts[0].strip(), parts[1].strip(), parts[2].strip());
    }
}
