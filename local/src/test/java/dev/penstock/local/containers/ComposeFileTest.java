package dev.penstock.local.containers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.penstock.local.containers.ComposeFile.Service;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What {@code docker-compose.yml} promises, read from the file itself. */
class ComposeFileTest {
    private static final List<String> SECRETS = List.of("PENSTOCK_API_KEY", "PENSTOCK_SECRET_KEY",
            "PENSTOCK_SERVICEBUS_KEY", "PENSTOCK_SERVICEBUS_CONNECTION_STRING", "PENSTOCK_POOL_TOKEN",
            "PENSTOCK_SESSION_TOKEN", "POSTGRES_PASSWORD", "MSSQL_SA_PASSWORD");
    /** Microsoft's images document no such mode, and Piston's sandbox needs to be privileged. */
    private static final Set<String> NOT_READ_ONLY = Set.of("emulator", "mssql", "piston");
    private static final Pattern PINNED = Pattern.compile(".+(:[0-9][^:/]*|@sha256:[0-9a-f]{64})");

    @Test
    void without_a_secret_it_says_how_to_make_it() {
        for (String secret : SECRETS) {
            Map<String, String> allButOne = variables();
            allButOne.remove(secret);
            assertThatThrownBy(() -> ComposeFile.read(allButOne)).as(secret)
                    .hasMessage(secret + ": run ./penstock init-compose first");
        }
    }

    @Test
    void no_secret_has_a_default() throws IOException {
        String text = Files.readString(ComposeFile.PATH);
        for (String secret : SECRETS) {
            assertThat(text).doesNotContain("${" + secret + ":-", "${" + secret + "}");
        }
    }

    @Test
    void only_loopback_is_published() throws IOException {
        List<String> ports = services().flatMap(service -> service.list("ports").stream()).toList();
        assertThat(ports).containsExactly("127.0.0.1:8080:8080");
    }

    @Test
    void where_programs_run_only_the_pool_can_be_reached_and_nothing_outside() throws IOException {
        ComposeFile compose = ComposeFile.read(variables());
        List<String> networks = compose.service("session").list("networks");
        assertThat(networks).allMatch(compose::isInternal);
        List<String> neighbours = services().filter(service -> !service.name().equals("session"))
                .filter(service -> service.list("networks").stream().anyMatch(networks::contains))
                .map(Service::name)
                .toList();
        // Piston is where programs run itself.
        assertThat(neighbours).containsExactlyInAnyOrder("pool", "piston");
    }

    @Test
    void store_and_broker_are_reached_by_who_needs_them_alone() throws IOException {
        ComposeFile compose = ComposeFile.read(variables());
        for (String closed : List.of("bus", "store", "emulator", "pool", "sessions")) {
            assertThat(compose.isInternal(closed)).as(closed).isTrue();
        }
        assertThat(members("store")).containsExactlyInAnyOrder("gateway", "postgres");
        assertThat(members("emulator")).containsExactlyInAnyOrder("emulator", "mssql");
        assertThat(members("bus")).containsExactlyInAnyOrder("gateway", "worker", "servicebus", "emulator",
                "emulator-ready");
    }

    @Test
    void every_container_is_confined_as_far_as_it_can_be() throws IOException {
        services().forEach(service -> {
            boolean privileged = service.flag("privileged");
            assertThat(privileged).as(service.name()).isEqualTo(service.name().equals("piston"));
            assertThat(service.flag("read_only")).as(service.name())
                    .isEqualTo(!NOT_READ_ONLY.contains(service.name()));
            if (!privileged) {
                assertThat(service.list("security_opt")).as(service.name()).contains("no-new-privileges:true");
            }
            if (service.flag("read_only")) {
                assertThat(service.list("cap_drop")).as(service.name()).containsExactly("ALL");
            }
        });
    }

    @Test
    void only_the_session_container_is_root() throws IOException {
        Dockerfile dockerfile = Dockerfile.read();
        services().filter(service -> service.target().isPresent())
                .forEach(service -> assertThat(dockerfile.user(service.target().orElseThrow()) == 0)
                        .as(service.name())
                        .isEqualTo(service.name().equals("session")));
    }

    @Test
    void what_runs_for_long_is_bounded_and_what_is_waited_for_is_healthy_first() throws IOException {
        services().filter(service -> !service.text("restart").orElse("").equals("no"))
                .forEach(service -> assertThat(service.text("mem_limit")).as(service.name()).isPresent());
        services().forEach(service -> service.dependsOn().forEach((on, terms) -> {
            String condition = String.valueOf(ComposeFile.map(terms).get("condition"));
            boolean gated = condition.equals("service_healthy")
                    || condition.equals("service_completed_successfully");
            assertThat(gated || service.name().equals("emulator-ready")).as(service.name() + " on " + on).isTrue();
        }));
    }

    @Test
    void every_image_is_pinned() throws IOException {
        services().filter(service -> service.target().isEmpty())
                .forEach(service -> assertThat(service.text("image").orElseThrow()).matches(PINNED));
        Dockerfile dockerfile = Dockerfile.read();
        dockerfile.stages()
                .values()
                .stream()
                .filter(stage -> !dockerfile.stages().containsKey(stage.base()))
                .forEach(stage -> assertThat(stage.base()).matches(PINNED));
    }

    @Test
    void a_choice_of_broker_starts_one_broker_and_both_answer_to_the_same_name() throws IOException {
        for (String profile : List.of("embedded", "emulator")) {
            Set<String> brokers = new HashSet<>(Set.of("servicebus", "emulator"));
            brokers.retainAll(services().filter(service -> service.list("profiles").contains(profile))
                    .map(Service::name)
                    .toList());
            assertThat(brokers).hasSize(1);
        }
        Map<String, Object> networks = ComposeFile.map(service("emulator").fields().get("networks"));
        assertThat(ComposeFile.map(networks.get("bus")).get("aliases")).isEqualTo(List.of("servicebus"));
    }

    /** A misspelt variable would be ignored in silence. */
    @Test
    void every_variable_is_a_setting_of_its_command() throws IOException {
        Dockerfile dockerfile = Dockerfile.read();
        for (Service service : services().filter(one -> one.fields().containsKey("build")).toList()) {
            String target = service.target().orElseThrow();
            Set<String> names = new HashSet<>(service.environment().keySet());
            names.addAll(dockerfile.environment(target).keySet());
            names.removeAll(Set.of("PATH", "PENSTOCK_JAVA_OPTS"));
            assertThat(settings(target)).as(service.name()).containsAll(names);
        }
    }

    private static Set<String> settings(String command) throws IOException {
        Set<String> settings = new HashSet<>();
        for (String file : List.of(command, "servicebus-client")) {
            try (InputStream in = ComposeFileTest.class
                    .getResourceAsStream("/dev/penstock/local/cli/settings/" + file + ".txt")) {
                new String(Objects.requireNonNull(in, file).readAllBytes(), StandardCharsets.UTF_8).lines()
                        .forEach(line -> settings.add(line.split("\\|")[0].strip()));
            }
        }
        return settings;
    }

    private static List<String> members(String network) throws IOException {
        return services().filter(service -> service.list("networks").contains(network)).map(Service::name).toList();
    }

    private static Service service(String name) throws IOException {
        return ComposeFile.read(variables()).service(name);
    }

    private static Stream<Service> services() throws IOException {
        return ComposeFile.read(variables()).services().values().stream();
    }

    private static Map<String, String> variables() {
        Map<String, String> variables = new HashMap<>();
        SECRETS.forEach(secret -> variables.put(secret, "for-this-test"));
        return variables;
    }
}
