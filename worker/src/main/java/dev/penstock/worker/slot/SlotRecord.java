package dev.penstock.worker.slot;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.penstock.contracts.Json;
import dev.penstock.worker.pool.SessionIdentifier;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What the ledger remembers of a slot: written before the first request under any of its identifiers, so that whoever
 * holds the slot next can end that session (decision 6). It names a few at once, which are used one after the other:
 * most jobs then start without a write.
 *
 * @param sessions
 *            one of them may be alive
 * @param freeAt
 *            when its place in the pool is free even if no stop is ever confirmed; {@code null} while it may be in use
 */
public record SlotRecord(List<SessionIdentifier> sessions, @Nullable Instant freeAt) {
    public SlotRecord {
        sessions = List.copyOf(sessions);
    }

    private record Wire(List<String> sessions, @Nullable Instant freeAt) {
    }

    static SlotRecord inUse(List<SessionIdentifier> sessions) {
        return new SlotRecord(sessions, null);
    }

    static SlotRecord parked(SessionIdentifier session, Instant freeAt) {
        return new SlotRecord(List.of(session), freeAt);
    }

    byte[] toBytes() {
        try {
            List<String> values = sessions.stream().map(SessionIdentifier::value).toList();
            return Json.MAPPER.writeValueAsBytes(new Wire(values, freeAt));
        } catch (JsonProcessingException impossible) {
            throw new IllegalStateException("a slot record could not be written as JSON", impossible);
        }
    }

    /** Empty for what we didn't write: nothing can be ended by it. */
    static Optional<SlotRecord> from(byte @Nullable [] bytes) {
        if (bytes == null || bytes.length == 0) {
            return Optional.empty();
        }
        try {
            Wire wire = Json.MAPPER.readValue(bytes, Wire.class);
            List<SessionIdentifier> sessions = wire.sessions().stream().map(SessionIdentifier::new).toList();
            return Optional.of(new SlotRecord(sessions, wire.freeAt()));
        } catch (IOException | RuntimeException foreign) {
            return Optional.empty();
        }
    }
}
