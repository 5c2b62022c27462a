package dev.penstock.gateway.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.azure.core.credential.AccessToken;
import com.azure.core.credential.TokenCredential;
import io.vertx.core.Vertx;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import reactor.core.publisher.Mono;

/** A PostgreSQL server whose user's password is a token that changes, as Azure's is. */
class PostgresLoginTest {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final Duration TOKEN_LIFE = Duration.ofHours(1);

    private final Vertx vertx = Vertx.vertx();
    private final AtomicReference<Instant> now = new AtomicReference<>(Instant.now());
    private final AtomicReference<String> issued = new AtomicReference<>("token-1");
    private final AtomicInteger fetched = new AtomicInteger();
    private final TokenCredential credential = request -> {
        assertThat(request.getScopes()).containsExactly("https://ossrdbms-aad.database.windows.net/.default");
        fetched.incrementAndGet();
        return Mono.just(new AccessToken(issued.get(), now.get().plus(TOKEN_LIFE).atOffset(ZoneOffset.UTC)));
    };
    private EmbeddedPostgres postgres;
    private Database database;

    @BeforeEach
    void start(@TempDir Path folder) throws Exception {
        Path rules = Files.writeString(folder.resolve("hba.conf"), """
                host all gateway 127.0.0.1/32 scram-sha-256
                host all postgres 127.0.0.1/32 trust
                """);
        rules.toFile().setReadable(true, false);
        folder.toFile().setExecutable(true, false);
        postgres = EmbeddedPostgres.builder().setServerConfig("hba_file", rules.toString()).start();
        asOperator("CREATE ROLE gateway LOGIN PASSWORD 'token-1'", "GRANT ALL ON SCHEMA public TO gateway");
        database = Database.open(
                new StoreAddress.Postgres("jdbc:postgresql://127.0.0.1:" + postgres.getPort() + "/postgres", "gateway",
                        new PostgresLogin.Entra(credential, now::get)),
                vertx.getOrCreateContext());
    }

    @AfterEach
    void stop() throws Exception {
        database.close();
        postgres.close();
        vertx.close().await();
    }

    @Test
    void one_token_serves_all_connections_until_shortly_before_its_end() {
        assertThat(isThere()).isTrue();
        assertThat(fetched).hasValue(1);

        rotate("token-2");
        now.updateAndGet(time -> time.plus(TOKEN_LIFE).minusSeconds(60));
        await().atMost(PATIENCE).until(this::isThere);
        assertThat(fetched).hasValue(2);
    }

    @Test
    void a_token_that_is_refused_before_its_end_is_fetched_anew() {
        rotate("token-2");

        await().atMost(PATIENCE).until(this::isThere);
        assertThat(fetched.get()).isGreaterThanOrEqualTo(2);
    }

    @Test
    void an_address_names_the_identity_and_verifies_the_server() {
        StoreAddress address = StoreAddress.parse("postgresql+entra://gateway@db.example/penstock");

        assertThat(address).isInstanceOfSatisfying(StoreAddress.Postgres.class, postgresAddress -> {
            assertThat(postgresAddress.user()).isEqualTo("gateway");
            assertThat(postgresAddress.jdbcUrl()).startsWith("jdbc:postgresql://db.example/penstock?")
                    .contains("sslmode=verify-full");
            assertThat(postgresAddress.login()).isInstanceOf(PostgresLogin.Entra.class);
        });
        assertThatThrownBy(() -> StoreAddress.parse("postgresql+entra://gateway:sesame@db.example/penstock"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageNotContaining("sesame");
    }

    /** As when a token ends: connections break, and only the new one opens others. */
    private void rotate(String token) {
        issued.set(token);
        asOperator("ALTER ROLE gateway PASSWORD '" + token + "'",
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'gateway'");
    }

    private boolean isThere() {
        try {
            return new JobReader(database).runtimes().await().isEmpty();
        } catch (StoreUnavailableException refused) {
            return false;
        }
    }

    private void asOperator(String... statements) {
        try (Connection connection = postgres.getPostgresDatabase().getConnection();
                Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        } catch (SQLException failed) {
            throw new IllegalStateException(failed);
        }
    }
}
