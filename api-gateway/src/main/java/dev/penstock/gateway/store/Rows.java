package dev.penstock.gateway.store;

import com.fasterxml.jackson.core.type.TypeReference;
import dev.penstock.contracts.JobError;
import dev.penstock.contracts.Json;
import dev.penstock.contracts.Reply;
import dev.penstock.contracts.Status;
import dev.penstock.contracts.Verdict;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Columns to records and back. Enums are stored as they are written in JSON: lower case. */
final class Rows {
    private static final String NO_LABELS = "{}";
    private static final TypeReference<Map<String, String>> TEXTS = new TypeReference<>() {
    };

    private Rows() {}

    static StoredJob job(ResultSet row) throws SQLException {
        String verdict = row.getString("verdict");
        byte @Nullable [] result = row.getBytes("result");
        return new StoredJob(row.getString("id"), row.getString("tenant"), row.getString("language"),
                value(Status.class, row.getString("status")), row.getInt("attempt"), row.getInt("requeues"),
                Instant.ofEpochMilli(row.getLong("submitted_at")), Instant.ofEpochMilli(row.getLong("deadline")),
                time(row, "started_at"), time(row, "finished_at"),
                verdict == null ? null : value(Verdict.class, verdict), error(row),
                result == null ? null : string(result), labels(row.getString("labels")),
                row.getInt("version"), row.getString("batch_id"), flag(row, "passed"),
                row.getLong("number"), webhook(row));
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

    static byte[] json(Object value) {
        try {
            return Json.MAPPER.writeValueAsBytes(value);
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
    }

    /** As {@link #json}, for a column of text. */
    static String text(Object value) {
        return string(json(value));
    }

    /** PostgreSQL's texts can't hold NUL, and what a pool says may. */
    static String storable(String text) {
        return text.replace('\0', '\ufffd');
    }

    static Map<String, String> labels(String json) throws SQLException {
        try {
            return json.equals(NO_LABELS) ? Map.of() : Json.MAPPER.readValue(json, TEXTS);
        } catch (IOException foreign) {
            throw new SQLException("stored labels can't be read", foreign);
        }
    }

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    static String string(byte[] utf8) {
        return new String(utf8, StandardCharsets.UTF_8);
    }

    static Status status(String name) {
        return value(Status.class, name);
    }

    private static <E extends Enum<E>> E value(Class<E> type, String name) {
        return Enum.valueOf(type, name.toUpperCase(Locale.ROOT));
    }

    static @Nullable Instant time(ResultSet row, String column) throws SQLException {
        long milliseconds = row.getLong(column);
        return row.wasNull() ? null : Instant.ofEpochMilli(milliseconds);
    }

    private static Delivery.@Nullable State webhook(ResultSet row) throws SQLException {
        String state = row.getString("webhook");
        return state == null ? null : Delivery.State.of(state);
    }

    private static @Nullable Boolean flag(ResultSet row, String column) throws SQLException {
        int value = row.getInt(column);
        return row.wasNull() ? null : value == 1;
    }

    private static @Nullable JobError error(ResultSet row) throws SQLException {
        String code = row.getString("error_code");
        return code == null ? null : new JobError(value(JobError.Code.class, code), row.getString("error_message"));
    }
}
