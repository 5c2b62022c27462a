package dev.penstock.gateway.webhooks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.penstock.gateway.Caller;
import dev.penstock.gateway.FakeWorker;
import dev.penstock.gateway.GatewayFixture;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Webhooks as the official library of Standard Webhooks, from npm, verifies them. */
class OfficialReceiverTest {
    /** Where {@code .ci/run} installs it. */
    private static final Path LIBRARY = Path.of("../target/standardwebhooks").toAbsolutePath().normalize();
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @Test
    void both_secrets_verify_while_they_rotate_and_no_other(@TempDir Path folder) throws IOException {
        assumeTrue(Files.isDirectory(LIBRARY.resolve("node_modules/standardwebhooks")),
                "standardwebhooks is not installed; run: npm install --prefix target/standardwebhooks standardwebhooks");
        String newer = WebhookSignature.newSecret();
        String older = WebhookSignature.newSecret();
        try (GatewayFixture fixture = GatewayFixture.start(folder,
                Map.of("PENSTOCK_SECRET_KEY", Base64.getEncoder().encodeToString(new byte[32]),
                        "PENSTOCK_WEBHOOK_ALLOW_HTTP", "true", "PENSTOCK_WEBHOOK_ALLOWED_RANGES", "127.0.0.0/8"));
                FakeWorker worker = fixture.worker()) {
            for (String secret : new String[]{newer, older}) {
                assertThat(answerOfReceiver(fixture, worker, secret, newer, older)).isEqualTo(204);
            }
            assertThat(answerOfReceiver(fixture, worker, WebhookSignature.newSecret(), newer, older)).isEqualTo(400);
        }
    }

    private static int answerOfReceiver(GatewayFixture fixture, FakeWorker worker, String known, String... signing)
            throws IOException {
        Process receiver = new ProcessBuilder("node", "src/test/js/webhook-receiver.mjs", known, LIBRARY.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try (var out = receiver.inputReader()) {
            String port = Objects.requireNonNull(out.readLine(), "the receiver did not start");
            Caller caller = fixture.caller();
            HttpResponse<String> accepted = caller.post("/v1/jobs", """
                    {"language": "python", "code": "1",
                     "webhook": {"url": "http://127.0.0.1:%s/", "secrets": ["%s", "%s"]}}"""
                    .formatted(port, signing[0], signing[1]));
            assertThat(accepted.statusCode()).as(accepted.body()).isEqualTo(202);
            worker.say(FakeWorker.finished(worker.take(), 0, "naïve ✓\n"));
            String url = accepted.headers().firstValue("Location").orElseThrow();
            JsonNode attempt = await().atMost(PATIENCE)
                    .until(() -> Caller.json(caller.get(url + "/deliveries")).at("/deliveries/0/attempts/0"),
                            JsonNode::isObject);
            return attempt.path("status").asInt();
        } finally {
            receiver.destroyForcibly();
        }
    }
}
