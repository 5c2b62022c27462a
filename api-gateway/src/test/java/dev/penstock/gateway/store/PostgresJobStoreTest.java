package dev.penstock.gateway.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertx.core.Vertx;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class PostgresJobStoreTest extends JobStoreTest {
    private static EmbeddedPostgres postgres;
    private static int databases;

    @BeforeAll
    static void startServer() throws IOException {
        postgres = EmbeddedPostgres.start();
    }

    @AfterAll
    static void stopServer() throws IOException {
        postgres.close();
    }

    @Override
    @BeforeEach
    void open() {
        databases++;
        try (Connection connection = postgres.getPostgresDatabase().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("CREATE DATABASE store" + databases);
        } catch (SQLException failed) {
            throw new IllegalStateException(failed);
        }
        super.open();
    }

    /** Without rows the planner would read whole tables; it may not here, as it wouldn't with many rows. */
    @Test
    void a_job_and_its_result_are_found_by_indexes() {
        List<String> plan = database.readers().submit(sql -> {
            sql.update("SET LOCAL enable_seqscan = off");
            return sql.query("EXPLAIN " + JobReader.ONE, row -> row.getString(1), "job_1", "t");
        }).await();

        assertThat(plan).anyMatch(line -> line.contains("job_id = ")).noneMatch(line -> line.contains("Seq Scan"));
    }

    @Override
    StoreAddress address() {
        return StoreAddress.parse("postgresql://postgres:@localhost:" + postgres.getPort() + "/store" + databases);
    }

    @Test
    void a_password_is_not_shown() {
        StoreAddress address = StoreAddress.parse("postgresql://penstock:s%40same@db.example/penstock?sslmode=require");

        assertThat(address).isEqualTo(
                new StoreAddress.Postgres("jdbc:postgresql://db.example/penstock?sslmode=require", "penstock",
                        new PostgresLogin.Password("s@same")));
        assertThat(address.toString()).doesNotContain("same@").doesNotContain("s@same");
        assertThatThrownBy(() -> StoreAddress.parse("postgresql:// sesame")).hasMessageNotContaining("sesame");
    }

    @Test
    void a_database_that_is_not_there_is_refused_with_what_to_do() {
        Vertx vertx = Vertx.vertx();
        StoreAddress nowhere = StoreAddress
                .parse("postgresql://postgres:@localhost:" + postgres.getPort() + "/nothing");

        assertThatThrownBy(() -> Database.open(nowhere, vertx.getOrCreateContext()))
                .isInstanceOf(StoreCannotOpenException.class)
                .hasMessageContaining("check that it is up");
        vertx.close().await();
    }
}
