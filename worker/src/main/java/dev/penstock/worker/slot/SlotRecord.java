package dev.penstock.worker.slot;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.penstock.contracts.Json;
import dev.penstock.worker.pool.SessionIdentifier;
import java.io.IOException;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What the ledger remembers of a slot: written before the first request under a new identifier, so that whoever holds
 * the slot next can end that session (decision 6).
 *
 * @param session
 *            may be alive
 * @param freeAt
 *            when its place in the pool is free even if no stop is ever confirmed; {@code null} while it may be in use
 */
public record SlotRecord(SessionIdentifier session, @Nullable Instant freeAt) {
    private record Wire(String session, @Nullable Instant freeAt) {
    }

    static SlotRecord inUse(SessionIdentifier session) {
        return new SlotRecord(session, null);
    }

    byte[] toBytes() {
        try {
            return Json.MAPPER.writeValueAsBytes(new Wire(session.value(), freeAt));
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
            return Optional.of(new SlotRecord(new SessionIdentifier(wire.session()), wire.freeAt()));
        } catch (IOException | RuntimeException foreign) {
            return Optional.empty();
        }
    }
}
