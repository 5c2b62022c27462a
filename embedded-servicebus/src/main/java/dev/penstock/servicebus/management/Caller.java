package dev.penstock.servicebus.management;

import dev.penstock.servicebus.entity.Consumer;
import dev.penstock.servicebus.entity.Queue;
import org.jspecify.annotations.Nullable;

/** The connection a request came over, as far as requests depend on it. */
@FunctionalInterface
public interface Caller {
    /**
     * The receiving link that the request speaks for. Fencing rests on this: only a link of the caller's own connection
     * and from that queue is ever returned. One name may stand for several links: the Java SDK names a session's link by
     * the session's id.
     *
     * @param linkName the link named by the request; {@code null} when it named none: then the one that holds the session
     */
    @Nullable
    Consumer consumer(Queue queue, @Nullable String linkName, @Nullable String sessionId);
}
