package dev.penstock.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.penstock.local.stack.LocalStack;
import dev.penstock.local.stack.StackConfig;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The guide's commands, as they stand there, print what it says; and the clients of {@code examples} work. */
class GuideTest {
    private static final Path HOME = Path.of("..").toAbsolutePath().normalize();
    /** A block of commands and what they print; those in {@code sh} are what the test does itself. */
    private static final Pattern STEP = Pattern.compile("```bash\\n(.*?)```\\n```text\\n(.*?)```", Pattern.DOTALL);
    private static final int PATIENCE_SECONDS = 120;

    private static LocalStack stack;

    @BeforeAll
    static void start() throws IOException {
        Files.createDirectories(HOME.resolve("target"));
        stack = LocalStack.start(StackConfig.temporary(Map.of("PENSTOCK_WEBHOOK_ALLOW_HTTP", "true",
                "PENSTOCK_WEBHOOK_ALLOWED_RANGES", "127.0.0.0/8", "PENSTOCK_POOL_MAX_SESSIONS", "4",
                "PENSTOCK_POOL_READY_SESSIONS", "1")));
    }

    @AfterAll
    static void stop() {
        stack.close();
    }

    @Test
    void each_step_of_the_guide_prints_what_it_says() throws Exception {
        assumeInstalled("curl", "python3");
        String guide = Files.readString(HOME.resolve("docs/guide.md"));
        List<MatchResult> steps = STEP.matcher(guide).results().toList();
        assertThat(steps).as("every block of commands has its output").hasSize(guide.split("```bash\n", -1).length - 1);
        String commands = steps.stream().map(step -> step.group(1)).collect(Collectors.joining("echo '<<end>>'\n"));

        String output = bash("trap 'kill $(jobs -p) 2>/dev/null || true' EXIT\n" + commands);
        List<String> printed = List.of(output.split("<<end>>\n", -1));
        assertThat(printed).as(output).hasSameSizeAs(steps);
        for (int i = 0; i < steps.size(); i++) {
            String expected = Stream.of(steps.get(i).group(2).split("…", -1))
                    .map(Pattern::quote)
                    .collect(Collectors.joining("[^\n]*"));
            assertThat(printed.get(i)).as(steps.get(i).group(1)).matches(expected);
        }
    }

    @Test
    void the_clients_run_and_follow_programs() throws Exception {
        assumeInstalled("node", "python3");

        assertThat(bash("python3 examples/client.py run examples/hello.py")).startsWith("Hello from Python");
        assertThat(bash("python3 examples/client.py follow examples/hello.py")).containsPattern("(?m)^succeeded$");
        assertThat(bash("node examples/client.mjs run examples/hello.js")).startsWith("Hello from");
        assertThat(bash("node examples/client.mjs follow examples/hello.js")).containsPattern("(?m)^succeeded$");
    }

    @Test
    void the_receiver_of_the_official_library_takes_what_is_genuine() throws Exception {
        assumeInstalled("node");
        assumeTrue(Files.isDirectory(HOME.resolve("target/standardwebhooks/node_modules/standardwebhooks")),
                "standardwebhooks is not installed; run: npm install --prefix target/standardwebhooks standardwebhooks");
        String secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
        ProcessBuilder receiver = command("node", "examples/webhook-receiver.mjs", "0");
        receiver.environment().put("WEBHOOK_SECRET", secret);
        Process process = receiver.start();
        try (BufferedReader out = process.inputReader();
                ApiClient client = new ApiClient(stack.gateway(), stack.apiKey())) {
            String port = Objects.requireNonNull(out.readLine(), "the receiver did not start").replaceAll("\\D", "");
            String id = client.submit("bash", "echo ✓", Map.of("webhook",
                    Map.of("url", "http://127.0.0.1:" + port + "/", "secrets", List.of(secret))));
            assertThat(out.readLine()).startsWith("job.succeeded /v1/jobs/" + id + " msg_");
        } finally {
            process.destroyForcibly();
        }
    }

    private static String bash(String script) throws IOException, InterruptedException {
        Process process = command("bash", "-euo", "pipefail").start();
        try (OutputStream in = process.getOutputStream()) {
            in.write(script.getBytes(StandardCharsets.UTF_8));
        }
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)).as("it ends: " + output).isTrue();
        assertThat(process.exitValue()).as(output).isZero();
        return output;
    }

    private static ProcessBuilder command(String... words) {
        ProcessBuilder builder = new ProcessBuilder(new ArrayList<>(List.of(words))).directory(HOME.toFile())
                .redirectError(ProcessBuilder.Redirect.INHERIT);
        builder.environment().put("PENSTOCK_URL", stack.gateway().toString());
        builder.environment().put("PENSTOCK_KEY", stack.apiKey());
        return builder;
    }

    private static void assumeInstalled(String... programs) {
        for (String program : programs) {
            assumeTrue(Stream.of(System.getenv("PATH").split(File.pathSeparator))
                    .anyMatch(folder -> Files.isExecutable(Path.of(folder, program))), program + " is not installed");
        }
    }
}
