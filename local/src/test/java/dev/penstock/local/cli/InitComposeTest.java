package dev.penstock.local.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class InitComposeTest {
    private static final List<String> SECRETS = List.of("PENSTOCK_SERVICEBUS_KEY", "PENSTOCK_API_KEY",
            "PENSTOCK_SECRET_KEY", "PENSTOCK_POOL_TOKEN", "PENSTOCK_SESSION_TOKEN", "POSTGRES_PASSWORD",
            "MSSQL_SA_PASSWORD");

    @TempDir
    private Path folder = Path.of("");

    @Test
    void it_chooses_our_own_broker_unless_the_licence_is_accepted() throws IOException {
        assertThat(init()).isZero();
        assertThat(variables()).containsEntry("COMPOSE_PROFILES", "embedded").containsEntry("ACCEPT_EULA", "");
        assertThat(variables().get("PENSTOCK_SERVICEBUS_CONNECTION_STRING"))
                .contains(";SharedAccessKey=" + variables().get("PENSTOCK_SERVICEBUS_KEY") + ";");
    }

    @Test
    void accepting_the_licence_chooses_microsofts_emulator_and_deadlines_within_its_time_to_live() throws IOException {
        assertThat(init("--accept-eula")).isZero();
        assertThat(variables()).containsEntry("COMPOSE_PROFILES", "emulator")
                .containsEntry("ACCEPT_EULA", "Y")
                .containsEntry("PENSTOCK_DEFAULT_DEADLINE", "1h")
                .containsEntry("PENSTOCK_MAX_DEADLINE", "1h");
    }

    @Test
    void piston_is_a_choice_beside_the_broker() throws IOException {
        assertThat(init("--engine", "piston")).isZero();
        assertThat(variables()).containsEntry("COMPOSE_PROFILES", "embedded,piston")
                .containsEntry("PENSTOCK_ENGINE", "piston");
    }

    @Test
    void no_secret_is_like_another_or_like_the_last_time() throws IOException {
        List<String> secrets = new ArrayList<>();
        for (String name : List.of("a", "b")) {
            folder = Files.createDirectory(folder.resolve(name));
            init();
            Map<String, String> variables = variables();
            SECRETS.forEach(secret -> secrets.add(Objects.requireNonNull(variables.get(secret), secret)));
        }
        assertThat(secrets).doesNotHaveDuplicates().allSatisfy(secret -> assertThat(secret).hasSizeGreaterThan(40));
    }

    @Test
    void only_its_owner_can_read_it() throws IOException {
        init();
        assertThat(Files.getPosixFilePermissions(folder.resolve(".env")))
                .isEqualTo(PosixFilePermissions.fromString("rw-------"));
    }

    @Test
    void sql_server_takes_the_password() throws IOException {
        init();
        String password = String.valueOf(variables().get("MSSQL_SA_PASSWORD"));
        assertThat(password).hasSizeBetween(8, 128);
        for (String kind : List.of("[A-Z]", "[a-z]", "[0-9]", "[^A-Za-z0-9]")) {
            assertThat(password).containsPattern(Pattern.compile(kind));
        }
    }

    /** What would need quotes in an env file, or escapes in a URL or a connection string. */
    @Test
    void no_value_needs_quoting() throws IOException {
        init("--accept-eula", "--engine", "piston");
        assertThat(variables().values()).noneMatch(value -> value.matches(".*[\\s'\"$#\\\\].*"));
        assertThat(variables().get("POSTGRES_PASSWORD")).matches("[A-Za-z0-9_-]+");
    }

    @Test
    void an_existing_file_is_kept() throws IOException {
        init();
        String before = Files.readString(folder.resolve(".env"));
        StringWriter err = new StringWriter();
        assertThat(init(new PrintWriter(err), "--accept-eula")).isEqualTo(Penstock.EXIT_CONFIGURATION);
        assertThat(err.toString()).contains("is kept", "docker compose down --volumes");
        assertThat(Files.readString(folder.resolve(".env"))).isEqualTo(before);
    }

    private int init(String... options) {
        return init(new PrintWriter(System.err, true, StandardCharsets.UTF_8), options);
    }

    private int init(PrintWriter err, String... options) {
        List<String> arguments = new ArrayList<>(List.of("init-compose", "--folder", folder.toString()));
        arguments.addAll(List.of(options));
        CommandLine penstock = Penstock.commandLine().setErr(err);
        penstock.getSubcommands().values().forEach(command -> command.setErr(err));
        return penstock.execute(arguments.toArray(String[]::new));
    }

    private Map<String, String> variables() throws IOException {
        return Files.readAllLines(folder.resolve(".env"))
                .stream()
                .filter(line -> !line.startsWith("#"))
                .map(line -> line.split("=", 2))
                .collect(Collectors.toMap(parts -> parts[0], parts -> parts[1]));
    }
}
