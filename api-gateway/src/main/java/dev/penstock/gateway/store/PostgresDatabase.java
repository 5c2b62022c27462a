package dev.penstock.gateway.store;

import dev.penstock.gateway.store.StoreAddress.Postgres;
import io.vertx.core.Context;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Properties;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.postgresql.PGConnection;
import org.postgresql.PGNotification;

/**
 * A PostgreSQL database that several gateways share. Each change of a job is announced by {@code NOTIFY} in its own
 * transaction, so a client that waits at one gateway wakes on a result that another received.
 */
final class PostgresDatabase implements Database {
    private static final int WRITERS = 4;
    private static final int READERS = 4;
    private static final int QUEUE_CAPACITY = 10_000;
    private static final int GROUP_SIZE = 64;
    private static final String DIALECT = "classpath:dev/penstock/gateway/store/postgresql";
    private static final int LISTEN_TIMEOUT_MS = 1_000;
    private static final int PAUSE_AFTER_FAILURE_MS = 1_000;

    private final Postgres address;
    private final Lanes writers;
    private final Lanes readers;
    private volatile boolean closed;

    private PostgresDatabase(Postgres address, Context home) {
        this.address = address;
        this.writers = new Lanes("store-writer", WRITERS, QUEUE_CAPACITY, GROUP_SIZE, () -> sql(address), home);
        this.readers = new Lanes("store-reader", READERS, QUEUE_CAPACITY, GROUP_SIZE, () -> sql(address), home);
    }

    static PostgresDatabase open(Postgres address, Context home) {
        try {
            Flyway.configure()
                    .dataSource(address.jdbcUrl(), address.user(), address.password())
                    .locations(MIGRATIONS, DIALECT)
                    .loggers("slf4j")
                    .load()
                    .migrate();
            return new PostgresDatabase(address, home);
        } catch (FlywayException broken) {
            throw new StoreCannotOpenException(address + " can't be used as the job store; check that it is up and the"
                    + " user may create tables: " + StoreCannotOpenException.firstLine(broken), broken);
        }
    }

    @Override
    public Lanes writer() {
        return writers;
    }

    @Override
    public Lanes readers() {
        return readers;
    }

    /** On a thread of its own, which connects again after a failure; changes in between are only found by reading. */
    @Override
    public void listen(Listener listener) {
        Thread.ofPlatform().daemon().name("store-listener").start(() -> {
            while (!closed) {
                try (Connection connection = connect(address)) {
                    listenOn(connection, listener);
                } catch (SQLException broken) {
                    pause();
                }
            }
        });
    }

    @Override
    public void close() throws InterruptedException {
        closed = true;
        readers.close();
        writers.close();
    }

    private void listenOn(Connection connection, Listener listener) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("LISTEN " + Sql.CHANNEL);
        }
        PGConnection postgres = connection.unwrap(PGConnection.class);
        while (!closed) {
            PGNotification[] notifications = postgres.getNotifications(LISTEN_TIMEOUT_MS);
            for (PGNotification notification : notifications == null ? new PGNotification[0] : notifications) {
                String[] parts = notification.getParameter().split(" ");
                listener.changed(parts[0], parts.length > 1);
            }
        }
    }

    private static void pause() {
        try {
            Thread.sleep(PAUSE_AFTER_FAILURE_MS);
        } catch (InterruptedException nobodyDoesThis) {
            throw new IllegalStateException(nobodyDoesThis);
        }
    }

    private static Sql sql(Postgres address) throws SQLException {
        return new Sql(connect(address), true);
    }

    private static Connection connect(Postgres address) throws SQLException {
        Properties properties = new Properties();
        properties.setProperty("user", address.user());
        properties.setProperty("password", address.password());
        properties.setProperty("connectTimeout", "5");
        properties.setProperty("socketTimeout", "30");
        properties.setProperty("tcpKeepAlive", "true");
        properties.setProperty("ApplicationName", "penstock-gateway");
        return DriverManager.getConnection(address.jdbcUrl(), properties);
    }
}
