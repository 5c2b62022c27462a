package dev.penstock.gateway.bus;

import dev.penstock.contracts.Envelope;
import io.vertx.core.Future;

/** Where accepted jobs go. */
public interface JobQueue {
    /**
     * Succeeds once the queue has the message. A failure doesn't tell whether it has: send the same message again under
     * the same id.
     */
    Future<Void> send(Envelope envelope);
}
