package dev.penstock.gateway.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertx.core.Vertx;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SqliteJobStoreTest extends JobStoreTest {
    @TempDir
    Path folder;

    @Override
    StoreAddress address() {
        return new StoreAddress.SqliteFile(folder.resolve("jobs.db"));
    }

    @Test
    void a_second_gateway_is_refused_with_what_to_do() {
        Vertx vertx = Vertx.vertx();
        assertThatThrownBy(() -> Database.open(address(), vertx.getOrCreateContext()))
                .isInstanceOf(StoreCannotOpenException.class)
                .hasMessageContaining("another gateway")
                .hasMessageContaining("PENSTOCK_STORE");
        vertx.close().await();
    }

    @Test
    void a_file_that_is_no_database_is_refused_and_left_alone() throws Exception {
        Path foreign = Files.writeString(folder.resolve("notes.txt"), "dear diary, ".repeat(500));
        Vertx vertx = Vertx.vertx();

        assertThatThrownBy(() -> Database.open(new StoreAddress.SqliteFile(foreign), vertx.getOrCreateContext()))
                .isInstanceOf(StoreCannotOpenException.class)
                .hasMessageContaining("notes.txt");
        assertThat(foreign).content().startsWith("dear diary");
        vertx.close().await();
    }
}
