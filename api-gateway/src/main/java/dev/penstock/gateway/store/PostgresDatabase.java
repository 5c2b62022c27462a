package dev.penstock.gateway.store;

import dev.penstock.gateway.store.StoreAddress.Postgres;
import io.vertx.core.Context;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.postgresql.PGConnection;
import org.postgresql.PGNotification;

/**
 * A PostgreSQL database that several gateways share. Each change of a job is announced by {@code NOTIFY} in its own
 * transaction, so a client that waits at one gateway wakes on a result that another received. A gateway holds at most nine
 * connections: one per thread, and one that listens.
 */
final class PostgresDatabase implements Database {
    private static final int WRITERS = 4;
    private static final int READERS = 4;
    private static final int QUEUE_CAPACITY = 10_000;
    private static final int GROUP_SIZE = 64;
    private static final String DIALECT = "classpath:dev/penstock/gateway/store/postgresql";
    private static final int LISTEN_TIMEOUT_MS = 1_000;
    private static final int PAUSE_AFTER_FAILURE_MS = 1_000;

    private final PostgresConnections connections;
    private final Lanes writers;
    private final Lanes readers;
    private volatile boolean closed;

    private PostgresDatabase(PostgresConnections connections, Context home) {
        this.connections = connections;
        this.writers = new Lanes("store-writer", WRITERS, QUEUE_CAPACITY, GROUP_SIZE, this::sql, home);
        this.readers = new Lanes("store-reader", READERS, QUEUE_CAPACITY, GROUP_SIZE, this::sql, home);
    }

    private Sql sql() throws SQLException {
        return Sql.shared(connections.openForStatements());
    }

    static PostgresDatabase open(Postgres address, Context home) {
        try {
            PostgresConnections connections = new PostgresConnections(address);
            Flyway.configure()
                    .dataSource(connections.forMigration())
                    .locations(MIGRATIONS, DIALECT)
                    .loggers("slf4j")
                    .load()
                    .migrate();
            return new PostgresDatabase(connections, home);
        } catch (FlywayException | IllegalStateException broken) {
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

    /** On a thread of its own, which connects again after a failure and then says that changes may have been missed. */
    @Override
    public void listen(Listener listener) {
        Thread.ofPlatform().daemon().name("store-listener").start(() -> {
            while (!closed) {
                try (Connection connection = connections.open()) {
                    listenOn(connection, listener);
                } catch (SQLException | RuntimeException broken) {
                    pause();
                }
            }
        });
    }

    /** Nothing to do: the server looks after itself. */
    @Override
    public void tidy() {}

    @Override
    public void close() throws InterruptedException {
        closed = true;
        readers.close();
        writers.close();
    }

    private void listenOn(Connection connection, Listener listener) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("LISTEN " + Sql.CHANNEL);
            listener.missedSome();
            PGConnection postgres = connection.unwrap(PGConnection.class);
            while (!closed) {
                PGNotification[] notifications = postgres.getNotifications(LISTEN_TIMEOUT_MS);
                if (notifications == null || notifications.length == 0) {
                    // Waiting alone would never notice that the server is gone without a word.
                    statement.execute("SELECT 1");
                } else {
                    tell(notifications, listener);
                }
            }
        }
    }

    private static void tell(PGNotification[] notifications, Listener listener) {
        for (PGNotification notification : notifications) {
            String[] parts = notification.getParameter().split(" ");
            listener.changed(parts[0], parts.length > 1);
        }
    }

    private static void pause() {
        try {
            Thread.sleep(PAUSE_AFTER_FAILURE_MS);
        } catch (InterruptedException nobodyDoesThis) {
            throw new IllegalStateException(nobodyDoesThis);
        }
    }
}
