package dev.penstock.bench.gateway;

import dev.penstock.gateway.store.StoreAddress;
import dev.penstock.gateway.store.StoreAddress.Postgres;
import java.net.URI;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/** Databases of its own on a PostgreSQL server; they are gone afterwards. */
final class PostgresStores implements ReadRows.Stores, AutoCloseable {
    private final URI server;
    private final List<String> made = new ArrayList<>();

    /**
     * @param url
     *            as {@code PENSTOCK_STORE}, with a user who may create databases
     */
    PostgresStores(String url) {
        this.server = URI.create(url);
    }

    @Override
    public String empty(String name) throws SQLException {
        String database = "penstock_bench_" + name;
        execute("DROP DATABASE IF EXISTS " + database);
        execute("CREATE DATABASE " + database);
        made.add(database);
        return server.resolve("/" + database).toString();
    }

    private void execute(String statement) throws SQLException {
        String login = server.getUserInfo();
        if (!(StoreAddress.parse(server.toString()) instanceof Postgres postgres) || login == null) {
            throw new IllegalArgumentException("--postgres must be such as postgresql://user:password@host/database");
        }
        String[] parts = login.split(":", 2);
        try (Connection connection = DriverManager.getConnection(postgres.jdbcUrl(), parts[0],
                parts.length > 1 ? parts[1] : "");
                Statement sql = connection.createStatement()) {
            sql.execute(statement);
        }
    }

    @Override
    public void close() throws SQLException {
        for (String database : made) {
            execute("DROP DATABASE IF EXISTS " + database + " WITH (FORCE)");
        }
    }
}
