package dev.penstock.worker.pool;

import com.fasterxml.jackson.databind.JsonNode;
import dev.penstock.contracts.Json;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * One page of a pool's sessions, as custom-container pools ({@code value}) and code interpreters ({@code sessions}) tell
 * it.
 *
 * @param entries
 *            how many sessions the page told of
 * @param sessions
 *            those of them whose identifier can be one of ours
 */
record SessionList(int entries, List<SessionIdentifier> sessions) {
    /** Empty when the answer tells nothing. */
    static Optional<SessionList> read(Answer answer) {
        if (!(answer instanceof Answer.Complete complete) || !complete.success()) {
            return Optional.empty();
        }
        try {
            JsonNode body = Json.MAPPER.readTree(complete.body());
            JsonNode page = body.path("value").isArray() ? body.path("value") : body.path("sessions");
            List<SessionIdentifier> sessions = new ArrayList<>();
            page.forEach(view -> SessionIdentifier.parse(view.path("identifier").asText()).ifPresent(sessions::add));
            return page.isArray() ? Optional.of(new SessionList(page.size(), sessions)) : Optional.empty();
        } catch (IOException garbled) {
            return Optional.empty();
        }
    }
}
