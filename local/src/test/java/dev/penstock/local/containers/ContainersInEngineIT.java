package dev.penstock.local.containers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.penstock.local.ApiClient;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.containers.ComposeContainer;
import org.testcontainers.containers.wait.strategy.Wait;

/** The stack of {@code docker-compose.yml} in a real container engine, where there is one: a first job goes through it. */
class ContainersInEngineIT {
    /** Images are built, and Microsoft's take a while to start. */
    private static final Duration PATIENCE = Duration.ofMinutes(20);

    @Test
    void a_first_job_goes_through_the_stack_with_the_embedded_broker() throws Exception {
        firstJob();
    }

    @Test
    void a_first_job_goes_through_the_stack_with_microsofts_emulator() throws Exception {
        assumeTrue("Y".equals(System.getenv("ACCEPT_EULA")),
                "skipped: set ACCEPT_EULA=Y when you accept the licences of Microsoft's emulator and of SQL Server");
        firstJob("--accept-eula");
    }

    private static void firstJob(String... choice) throws Exception {
        assumeTrue(DockerClientFactory.instance().isDockerAvailable(), "skipped: there is no container engine here");
        assumeTrue(exitCode("docker", "compose", "version") == 0, "skipped: 'docker compose' is not installed");
        Path folder = Files.createTempDirectory(Path.of("target"), "compose-");
        Map<String, String> variables = FreshVariables.make(folder, choice);
        int port = freePort();
        try (ComposeContainer stack = new ComposeContainer(ComposeFile.PATH.toFile()).withEnv(variables)
                .withEnv("PENSTOCK_PORT", String.valueOf(port))
                .withBuild(true)
                .withRemoveVolumes(true)
                .withStartupTimeout(PATIENCE)
                .waitingFor("gateway", Wait.forHealthcheck().withStartupTimeout(PATIENCE))
                .waitingFor("worker", Wait.forHealthcheck().withStartupTimeout(PATIENCE))) {
            stack.start();
            try (ApiClient client = new ApiClient(URI.create("http://127.0.0.1:" + port),
                    String.valueOf(variables.get("PENSTOCK_API_KEY")))) {
                var job = client.finished(client.submit("python", "print(6 * 7)"));
                assertThat(job.at("/result/run/stdout/content").asText()).as("%s", job).isEqualTo("42\n");
            }
        }
    }

    private static int exitCode(String... command) throws IOException, InterruptedException {
        return new ProcessBuilder(command).redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start()
                .waitFor();
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }
}
