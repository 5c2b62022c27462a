package dev.penstock.gateway.store;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import javax.sql.DataSource;
import org.postgresql.ds.PGSimpleDataSource;

/** Opens connections to one PostgreSQL database, each with what proves our right to it at that moment. */
final class PostgresConnections {
    private static final int LOGIN_TIMEOUT_SECONDS = 5;
    /** The server cancels a statement before the driver gives the connection up. */
    private static final String DEADLINES = "SET statement_timeout = '10s'; SET lock_timeout = '5s'";
    private static final int SOCKET_TIMEOUT_SECONDS = 15;
    /** SQLSTATE class 28: invalid authorization specification. */
    private static final String NOT_LET_IN = "28";

    private final StoreAddress.Postgres address;

    PostgresConnections(StoreAddress.Postgres address) {
        this.address = address;
    }

    /**
     * A connection whose every wait has a deadline.
     *
     * @throws SQLException
     *             if there is none to be had within seconds
     */
    Connection open() throws SQLException {
        String secret = secret();
        try {
            PGSimpleDataSource source = source(secret);
            source.setSocketTimeout(SOCKET_TIMEOUT_SECONDS);
            return source.getConnection();
        } catch (SQLException failed) {
            if (String.valueOf(failed.getSQLState()).startsWith(NOT_LET_IN)) {
                address.login().refused(secret);
            }
            throw failed;
        }
    }

    /** As {@link #open}; a statement is cancelled by the server when it takes too long. */
    Connection openForStatements() throws SQLException {
        Connection connection = open();
        try (Statement statement = connection.createStatement()) {
            statement.execute(DEADLINES);
            return connection;
        } catch (SQLException failed) {
            connection.close();
            throw failed;
        }
    }

    /** For changes of tables, which may take long. */
    DataSource forMigration() {
        return source(address.login().secret());
    }

    private String secret() throws SQLException {
        try {
            return address.login().secret();
        } catch (RuntimeException none) {
            throw new SQLException(none.getMessage(), none);
        }
    }

    private PGSimpleDataSource source(String secret) {
        PGSimpleDataSource source = new PGSimpleDataSource();
        source.setUrl(address.jdbcUrl());
        source.setUser(address.user());
        source.setPassword(secret);
        source.setConnectTimeout(LOGIN_TIMEOUT_SECONDS);
        source.setLoginTimeout(LOGIN_TIMEOUT_SECONDS);
        source.setTcpKeepAlive(true);
        source.setApplicationName("penstock-gateway");
        return source;
    }
}
