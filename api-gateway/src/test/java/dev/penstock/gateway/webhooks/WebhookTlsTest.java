package dev.penstock.gateway.webhooks;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.gateway.guard.AddressRange;
import dev.penstock.gateway.guard.EgressGuard;
import dev.penstock.gateway.guard.HostResolver;
import dev.penstock.gateway.webhooks.WebhookClient.Outcome;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.net.PfxOptions;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.io.TempDir;

/** The address is ours to choose, the certificate must be the host name's. */
@TestInstance(Lifecycle.PER_CLASS)
class WebhookTlsTest {
    private static final String PASSWORD = "changeit";
    private static final HostResolver LOOPBACK = _ -> List.of(InetAddress.getLoopbackAddress());

    private final Vertx vertx = Vertx.vertx();
    private PfxOptions store;
    private HttpServer receiver;

    @BeforeAll
    void start(@TempDir Path folder) throws Exception {
        Path file = folder.resolve("hook.p12");
        makeCertificate(file);
        store = new PfxOptions().setPath(file.toString()).setPassword(PASSWORD);
        receiver = vertx.createHttpServer(new HttpServerOptions().setSsl(true).setKeyCertOptions(store))
                .requestHandler(request -> request.response().setStatusCode(204).end())
                .listen(0, "127.0.0.1")
                .await();
    }

    @AfterAll
    void stop() {
        vertx.close().await();
    }

    @Test
    void a_certificate_of_the_host_name_is_taken_at_the_address_that_was_judged() {
        assertThat(post("hook.example", true)).isEqualTo(new Outcome.Answered(204, Duration.ZERO));
    }

    @Test
    void a_certificate_of_another_name_is_not() {
        assertThat(post("other.example", true)).isInstanceOf(Outcome.Unanswered.class);
    }

    @Test
    void a_certificate_that_nobody_vouches_for_is_not() {
        assertThat(post("hook.example", false)).isInstanceOf(Outcome.Unanswered.class);
    }

    private Outcome post(String host, boolean trusting) {
        HttpClientOptions base = trusting ? new HttpClientOptions().setTrustOptions(store) : new HttpClientOptions();
        EgressGuard guard = new EgressGuard(LOOPBACK, true, List.of(AddressRange.parse("127.0.0.0/8")));
        return new WebhookClient(vertx, guard, Duration.ofSeconds(15), InstantSource.system(), base)
                .post("t", URI.create("https://" + host + ":" + receiver.actualPort() + "/"), Map.of(), new byte[0]);
    }

    private static void makeCertificate(Path file) throws IOException, InterruptedException {
        Process keytool = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair", "-keyalg", "EC", "-alias", "hook", "-dname", "CN=hook.example", "-ext",
                "san=dns:hook.example", "-validity", "2", "-storetype", "PKCS12", "-keystore", file.toString(),
                "-storepass", PASSWORD).inheritIO().start();
        assertThat(keytool.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(keytool.exitValue()).isZero();
    }
}
