package dev.penstock.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.penstock.gateway.Caller;
import dev.penstock.gateway.GatewayFixture;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The OpenAPI document and the page that shows it, in a real browser. */
@TestInstance(Lifecycle.PER_CLASS)
class DocumentationTest {
    private static final Path CHROMIUM = Path.of("/usr/bin/chromium");
    private static final int BROWSER_SECONDS = 90;

    private GatewayFixture fixture;
    private Caller anybody;

    @BeforeAll
    void start(@TempDir Path folder) {
        fixture = GatewayFixture.start(folder);
        anybody = new Caller("http://127.0.0.1:" + fixture.port(), "no-key");
    }

    @AfterAll
    void stop() {
        fixture.close();
    }

    @Test
    void the_document_is_served_to_everybody() {
        HttpResponse<String> document = anybody.get("/openapi.json");

        assertThat(document.statusCode()).isEqualTo(200);
        assertThat(Caller.json(document).path("openapi").asText()).isEqualTo("3.1.1");
        String tag = document.headers().firstValue("ETag").orElseThrow();
        assertThat(anybody.get("/openapi.json", "If-None-Match", tag).statusCode()).isEqualTo(304);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/openapi.json", "/docs", "/docs/swagger-ui-bundle.js", "/docs/swagger-ui.css",
            "/docs/docs.js", "/docs/docs.css", "/docs/favicon-32x32.png"})
    void every_file_is_the_same_compressed_or_not(String path) throws Exception {
        byte[] plain = bytes(path, "identity").body();
        HttpResponse<byte[]> zipped = bytes(path, "br, gzip;q=0.5");

        assertThat(zipped.headers().firstValue("Content-Encoding")).hasValue("gzip");
        assertThat(zipped.headers().firstValue("Vary")).hasValue("Accept-Encoding");
        assertThat(new GZIPInputStream(new ByteArrayInputStream(zipped.body())).readAllBytes()).isEqualTo(plain);
        assertThat(new String(plain, StandardCharsets.UTF_8)).as("nothing is loaded from elsewhere")
                .doesNotContain("//fonts.", "cdn.jsdelivr", "unpkg.com");
    }

    @Test
    void the_page_renders_in_a_browser_and_breaks_no_rule_of_its_policy(@TempDir Path profile) throws Exception {
        assumeTrue(Files.isExecutable(CHROMIUM), "chromium is not installed; Debian: apt-get install chromium");
        Path page = profile.resolve("page.html");
        Path console = profile.resolve("console.log");
        Process browser = new ProcessBuilder(
                List.of(CHROMIUM.toString(), "--headless=new", "--no-sandbox", "--disable-gpu",
                        "--disable-dev-shm-usage",
                        "--no-first-run", "--user-data-dir=" + profile.resolve("profile"), "--enable-logging=stderr",
                        "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1", "--virtual-time-budget=20000",
                        "--dump-dom", "http://127.0.0.1:" + fixture.port() + "/docs#/Jobs/submitJob"))
                .redirectOutput(page.toFile())
                .redirectError(console.toFile())
                .start();
        try {
            assertThat(browser.waitFor(BROWSER_SECONDS, TimeUnit.SECONDS)).as("the browser ends by itself").isTrue();
        } finally {
            browser.descendants().forEach(ProcessHandle::destroyForcibly);
            browser.destroyForcibly().waitFor();
        }

        assertThat(Files.readString(page)).contains("submitJob", "Submit a job", "Webhook deliveries", "Run a program",
                "Idempotency-Key", "print(6 * 7)");
        assertThat(consoleMessages(console)).as("what the page complained about").isEmpty();
    }

    /** Chromium logs what pages write to their consoles, broken policies and failed requests included. */
    private static List<String> consoleMessages(Path log) throws IOException {
        try (Stream<String> lines = Files.lines(log)) {
            return lines.filter(line -> line.contains(":CONSOLE")).toList();
        }
    }

    private HttpResponse<byte[]> bytes(String path, String acceptEncoding) throws Exception {
        return java.net.http.HttpClient.newHttpClient()
                .send(anybody.request(path, "Accept-Encoding", acceptEncoding).GET().build(),
                        BodyHandlers.ofByteArray());
    }
}
