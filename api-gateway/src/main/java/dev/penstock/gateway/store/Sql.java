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
    private final String opening;
    private final Map<String, PreparedStatement> statements = new HashMap<>();
    private final Tally tally = new Tally();

    private Sql(Connection connection, boolean shared, String opening) throws SQLException {
        this.connection = connection;
        this.shared = shared;
        this.opening = opening;
        connection.setAutoCommit(false);
    }

    /** To a database that other gateways use too. */
    static Sql shared(Connection connection) throws SQLException {
        return new Sql(connection, true, "");
    }

    /** To a SQLite file, for queries. */
    static Sql reading(Connection connection) throws SQLException {
        return new Sql(connection, false, "");
    }

    /**
     * To a SQLite file that a command may change now and then. Each transaction locks the file before it reads: else what it
     * read may be old when it writes, and SQLite then refuses the write.
     */
    static Sql writingAlone(Connection connection) throws SQLException {
        return new Sql(connection, false, "UPDATE open_jobs SET jobs = jobs WHERE 1 = 0");
    }

    /** To be called at the start of each transaction. */
    void begin() throws SQLException {
        if (!opening.isEmpty()) {
            update(opening);
        }
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

    /** The counts that the open transaction changes. */
    Tally tally() {
        return tally;
    }

    /**
     * Says, behind a table's name, by which index to find its rows: SQLite would guess, and guess wrong. PostgreSQL knows
     * how often values occur.
     */
    String by(String index) {
        return shared ? "" : " INDEXED BY " + index;
    }

    /** The expression for a new job's number. */
    String nextJobNumber() {
        return shared ? "nextval('job_numbers')" : "(SELECT COALESCE(MAX(rowid), 0) + 1 FROM jobs)";
    }

    /** The query for the number that was given last. */
    String lastJobNumber() {
        return shared ? "SELECT last_value FROM job_numbers" : "SELECT COALESCE(MAX(rowid), 0) FROM jobs";
    }

    /** To be called last in a transaction. */
    void writeTally() throws SQLException {
        tally.flush(this);
    }

    void commit() throws SQLException {
        connection.commit();
    }

    /** Takes back the open transaction; whether the connection can be used further. */
    boolean rollback() {
        tally.clear();
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
