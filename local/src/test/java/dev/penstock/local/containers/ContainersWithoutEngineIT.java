package dev.penstock.local.containers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.penstock.local.ApiClient;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * {@code docker compose up} without Docker: images built by the Dockerfile's own commands, services started by their entry
 * points with the compose file's variables, users, capabilities and read-only file systems, gated by their health checks,
 * and a first job through all of them. Runs after {@code package}, since the images are made of its jars.
 */
class ContainersWithoutEngineIT {
    private static final Path SOURCES = Path.of("..").toAbsolutePath().normalize();
    private static final Path SCRATCH = Path.of("target/containers").toAbsolutePath();
    /** In the order that {@code depends_on} demands. */
    private static final List<String> SERVICES = List.of("servicebus", "session", "pool", "gateway", "worker");

    @Test
    void a_first_job_goes_through_the_images_as_compose_starts_them() throws Exception {
        assumeTrue(isRoot(), "skipped: only root can be what a container engine is");
        assumeTrue(has("bwrap"), "skipped: it needs bubblewrap (Debian: apt-get install bubblewrap)");
        Map<String, String> variables = freshVariables();
        ComposeFile compose = ComposeFile.read(variables);
        Dockerfile dockerfile = Dockerfile.read();
        Images images = new Images(dockerfile, SOURCES, SCRATCH);
        try (EmbeddedPostgres postgres = database(variables);
                Rehearsal rehearsal = new Rehearsal(compose, dockerfile, images, SCRATCH, postgres.getPort())) {
            for (String service : SERVICES) {
                rehearsal.start(service);
            }
            String apiKey = String.valueOf(variables.get("PENSTOCK_API_KEY"));
            programsRunApart(rehearsal, apiKey);
            theGatewayExplainsItself(rehearsal, apiKey);
            assertThat(rehearsal.exec("gateway", "sh", "-c", "touch /opt/penstock/new || touch /new")).isNotZero();
            for (String service : SERVICES.reversed()) {
                assertThat(rehearsal.stop(service)).as("%s: %s", service, rehearsal.output(service)).isZero();
            }
        }
    }

    private static ApiClient client(Rehearsal rehearsal, String apiKey) {
        return new ApiClient(URI.create("http://127.0.0.1:" + rehearsal.port("PENSTOCK_GATEWAY_PORT")), apiKey);
    }

    /** What only the packaged jars can show: nothing that the documents need was left out of them. */
    private static void theGatewayExplainsItself(Rehearsal rehearsal, String apiKey) throws Exception {
        try (ApiClient client = client(rehearsal, apiKey)) {
            for (String path : List.of("/openapi.json", "/docs", "/docs/swagger-ui-bundle.js")) {
                assertThat(client.status(path)).as(path).isEqualTo(200);
            }
        }
    }

    /** Each program has a user of its own, finds none of our secrets and can't change the image. */
    private static void programsRunApart(Rehearsal rehearsal, String apiKey) throws Exception {
        try (ApiClient client = client(rehearsal, apiKey)) {
            JsonNode job = client.finished(client.submit("bash", """
                    id -u
                    cat /proc/[0-9]*/environ 2>/dev/null | tr '\\0' '\\n' | grep -c _TOKEN
                    touch /opt/penstock/new /data/new /new 2>/dev/null || echo read-only
                    """));
            assertThat(job.path("status").asText()).as("%s", job).isEqualTo("succeeded");
            List<String> output = job.at("/result/run/stdout/content").asText().lines().toList();
            assertThat(Integer.parseInt(output.getFirst())).isGreaterThanOrEqualTo(210_000);
            assertThat(output.subList(1, 3)).containsExactly("0", "read-only");
        }
    }

    private static Map<String, String> freshVariables() throws IOException, InterruptedException {
        if (Files.exists(SCRATCH)) {
            new ProcessBuilder("rm", "-rf", SCRATCH.toString()).start().waitFor();
        }
        Files.createDirectories(SCRATCH);
        Map<String, String> variables = FreshVariables.make(SCRATCH);
        // An engine's seccomp profile allows no user namespaces: there, programs get users of their own.
        variables.put("PENSTOCK_ISOLATION", "own-user");
        return variables;
    }

    private static EmbeddedPostgres database(Map<String, String> variables) throws Exception {
        EmbeddedPostgres postgres = EmbeddedPostgres.builder().start();
        try (Connection connection = postgres.getPostgresDatabase().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("CREATE ROLE penstock LOGIN PASSWORD '" + variables.get("POSTGRES_PASSWORD") + "'");
            statement.execute("CREATE DATABASE penstock OWNER penstock");
        }
        return postgres;
    }

    private static boolean isRoot() throws IOException {
        return Files.getAttribute(Path.of("/proc/self"), "unix:uid").equals(0);
    }

    private static boolean has(String command) {
        return Files.isExecutable(Path.of("/usr/bin", command));
    }
}
