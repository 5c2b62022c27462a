package dev.penstock.servicebus.wire;

import dev.penstock.servicebus.entity.Queue;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.qpid.proton.engine.Link;
import org.apache.qpid.proton.engine.Session;
import org.jspecify.annotations.Nullable;

/** The attached links of one connection and our end of each, found by what their clients call them. */
final class LinkTable {
    private final Map<Link, Attachment> attachments = new LinkedHashMap<>();
    private final Map<Session, Set<Link>> bySession = new HashMap<>();
    private final Map<String, Set<Link>> consumersByName = new HashMap<>();
    private final Set<ResponseLink> responseLinks = new LinkedHashSet<>();

    void add(Link link, Attachment attachment) {
        attachments.put(link, attachment);
        bySession.computeIfAbsent(link.getSession(), _ -> new LinkedHashSet<>()).add(link);
        switch (attachment) {
            case ConsumerLink _ ->
                consumersByName.computeIfAbsent(link.getName(), _ -> new LinkedHashSet<>()).add(link);
            case ResponseLink response -> responseLinks.add(response);
            case ProducerLink _,RequestLink _,CoordinatorLink _ -> {
                // Nobody asks for them by name.
            }
        }
    }

    /** Takes a link out; {@code null} when it is not in the table. */
    @Nullable
    Attachment remove(Link link) {
        var attachment = attachments.remove(link);
        if (attachment != null) {
            removeFrom(bySession, link.getSession(), link);
            removeFrom(consumersByName, link.getName(), link);
            if (attachment instanceof ResponseLink response) {
                responseLinks.remove(response);
            }
        }
        return attachment;
    }

    private static <K> void removeFrom(Map<K, Set<Link>> index, K key, Link link) {
        index.computeIfPresent(key, (_, links) -> {
            links.remove(link);
            return links.isEmpty() ? null : links;
        });
    }

    @Nullable
    Attachment find(Link link) {
        return attachments.get(link);
    }

    int size() {
        return attachments.size();
    }

    int sizeOf(Session session) {
        return bySession.getOrDefault(session, Set.of()).size();
    }

    /** The links of one AMQP session, as they are now. */
    List<Link> of(Session session) {
        return List.copyOf(bySession.getOrDefault(session, Set.of()));
    }

    /** All attachments by their links, as they are now, in the order in which they came. */
    Map<Link, Attachment> all() {
        return new LinkedHashMap<>(attachments);
    }

    /**
     * Where the response to a request goes: to the address that the request names, else (the Python SDK names none for
     * {@code $cbs}) to the node that was asked. Links of the request's own AMQP session come first, because a client may
     * use one address in several.
     */
    @Nullable
    ResponseLink responseLink(Session session, String node, @Nullable String replyTo) {
        ResponseLink best = null;
        int bestScore = 0;
        for (var link : responseLinks) {
            int score = (link.answersTo(replyTo) ? 4 : 0) + (link.answersFor(node) ? 2 : 0);
            if (score > 0 && link.isOf(session)) {
                score++;
            }
            if (score > bestScore) {
                best = link;
                bestScore = score;
            }
        }
        return best;
    }

    /** The link of this name that receives from the queue, best the one that holds the session; without a name, only that one. */
    @Nullable
    ConsumerLink consumer(Queue queue, @Nullable String name, @Nullable String sessionId) {
        ConsumerLink named = null;
        for (var link : name == null ? attachments.keySet() : consumersByName.getOrDefault(name, Set.of())) {
            if (attachments.get(link) instanceof ConsumerLink consumer && consumer.uses(queue)) {
                if (sessionId != null && sessionId.equals(consumer.sessionId())) {
                    return consumer;
                }
                named = name != null && named == null ? consumer : named;
            }
        }
        return named;
    }
}
