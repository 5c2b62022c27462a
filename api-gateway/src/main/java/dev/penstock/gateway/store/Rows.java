package dev.penstock.gateway.store;

import dev.penstock.contracts.JobError;
import dev.penstock.contracts.Json;
import dev.penstock.contracts.Reply;
import dev.penstock.contracts.Status;
import dev.penstock.contracts.Verdict;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Columns to records. Enums are stored as they are written in JSON: lower case. */
final class Rows {
    private Rows() {}

    static StoredJob jobWithResult(ResultSet row) throws SQLException {
        byte @Nullable [] result = row.getBytes(14);
        return job(row, result == null ? null : new String(result, StandardCharsets.UTF_8));
    }

    /** Reads the columns in the order of the store's job query. */
    private static StoredJob job(ResultSet row, @Nullable String result) throws SQLException {
        return new StoredJob(row.getString(1), row.getString(2), row.getString(3),
                value(Status.class, row.getString(4)), row.getInt(5), row.getInt(6),
                Instant.ofEpochMilli(row.getLong(7)), Instant.ofEpochMilli(row.getLong(8)), time(row, 9), time(row, 10),
                row.getString(11) == null ? null : value(Verdict.class, row.getString(11)), error(row, 12, 13), result);
    }

    static Reply.RuntimesAnnounced runtimes(ResultSet row) throws SQLException {
        try {
            return Json.MAPPER.readValue(row.getBytes(1), Reply.RuntimesAnnounced.class);
        } catch (IOException foreign) {
            throw new SQLException("the stored runtimes can't be read", foreign);
        }
    }

    static String name(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }

    private static <E extends Enum<E>> E value(Class<E> type, String name) {
        return Enum.valueOf(type, name.toUpperCase(Locale.ROOT));
    }

    private static @Nullable Instant time(ResultSet row, int column) throws SQLException {
        long milliseconds = row.getLong(column);
        return row.wasNull() ? null : Instant.ofEpochMilli(milliseconds);
    }

    private static @Nullable JobError error(ResultSet row, int code, int message) throws SQLException {
        String name = row.getString(code);
        return name == null ? null : new JobError(value(JobError.Code.class, name), row.getString(message));
    }
}
