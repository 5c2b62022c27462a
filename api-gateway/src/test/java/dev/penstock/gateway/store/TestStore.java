package dev.penstock.gateway.store;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.atomic.AtomicInteger;

/** Where tests that must hold for both kinds of store have theirs. */
public enum TestStore {
    SQLITE {
        @Override
        public StoreAddress fresh(Path folder) {
            return new StoreAddress.SqliteFile(folder.resolve("jobs-" + DATABASES.incrementAndGet() + ".db"));
        }
    },
    POSTGRESQL {
        @Override
        public StoreAddress fresh(Path folder) {
            return StoreAddress.parse(freshPostgres());
        }
    };

    private static final AtomicInteger DATABASES = new AtomicInteger();

    /** An empty store of that kind. */
    public abstract StoreAddress fresh(Path folder);

    /** The URL of an empty database on a server that all tests share; it ends with their process. */
    public static String freshPostgres() {
        String name = "test" + DATABASES.incrementAndGet();
        try (Connection connection = Server.RUNNING.getPostgresDatabase().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("CREATE DATABASE " + name);
        } catch (SQLException failed) {
            throw new IllegalStateException(failed);
        }
        return "postgresql://postgres:@localhost:" + postgresPort() + "/" + name;
    }

    /** The port of that server. */
    public static int postgresPort() {
        return Server.RUNNING.getPort();
    }

    /** Started when the first test wants it. */
    private static final class Server {
        private static final EmbeddedPostgres RUNNING = start();

        private static EmbeddedPostgres start() {
            try {
                return EmbeddedPostgres.start();
            } catch (IOException failed) {
                throw new IllegalStateException(failed);
            }
        }
    }
}
