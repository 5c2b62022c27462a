package dev.penstock.gateway.store;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** One connection and its prepared statements, which are kept: pass constant SQL only. Belongs to one thread. */
final class Sql implements AutoCloseable {
    static final String CHANNEL = "penstock_jobs";

    private final Connection connection;
    private final boolean shared;
    private final Map<String, PreparedStatement> statements = new HashMap<>();

    /**
     * @param shared
     *            whether other gateways use the database too
     */
    Sql(Connection connection, boolean shared) throws SQLException {
        this.connection = connection;
        this.shared = shared;
        connection.setAutoCommit(false);
    }

    /** How many rows changed. */
    int update(String sql, @Nullable Object... parameters) throws SQLException {
        return prepared(sql, parameters).executeUpdate();
    }

    <T> List<T> query(String sql, RowReader<T> reader, @Nullable Object... parameters) throws SQLException {
        try (ResultSet rows = prepared(sql, parameters).executeQuery()) {
            List<T> found = new ArrayList<>();
            while (rows.next()) {
                found.add(reader.read(rows));
            }
            return found;
        }
    }

    <T> Optional<T> first(String sql, RowReader<T> reader, @Nullable Object... parameters) throws SQLException {
        return query(sql, reader, parameters).stream().findFirst();
    }

    /** Has the other gateways told of a change when the transaction commits. */
    void announce(String jobId, boolean ended) throws SQLException {
        if (shared) {
            query("SELECT pg_notify('" + CHANNEL + "', ?)", _ -> true, ended ? jobId + " ended" : jobId);
        }
    }

    void commit() throws SQLException {
        connection.commit();
    }

    /** Takes back the open transaction; whether the connection can be used further. */
    boolean rollback() {
        try {
            connection.rollback();
            return connection.isValid(1);
        } catch (SQLException broken) {
            return false;
        }
    }

    @Override
    public void close() throws SQLException {
        connection.close();
    }

    private PreparedStatement prepared(String sql, @Nullable Object... parameters) throws SQLException {
        PreparedStatement statement = statements.get(sql);
        if (statement == null) {
            statement = connection.prepareStatement(sql);
            statements.put(sql, statement);
        }
        for (int i = 0; i < parameters.length; i++) {
            statement.setObject(i + 1, parameters[i]);
        }
        return statement;
    }

    /** Reads the row that the cursor is at. */
    interface RowReader<T> {
        T read(ResultSet row) throws SQLException;
    }
}
