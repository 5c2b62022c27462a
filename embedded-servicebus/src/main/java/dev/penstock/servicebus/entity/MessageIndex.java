package dev.penstock.servicebus.entity;

import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Where each message that isn't locked can be found: by its state and by what is due for it. */
final class MessageIndex {
    private final Backlog backlog;
    private final Timetable scheduled = new Timetable();
    private final Timetable expiring = new Timetable();
    private final TreeSet<Long> deferred = new TreeSet<>();

    MessageIndex(Backlog backlog) {
        this.backlog = backlog;
    }

    void add(StoredMessage message) {
        switch (message.state()) {
            case SCHEDULED -> scheduled.add(message.message().scheduledAt(), message.sequenceNumber());
            case ACTIVE -> backlog.add(message);
            case DEFERRED -> deferred.add(message.sequenceNumber());
        }
        expiring.add(message.expiresAt(), message.sequenceNumber());
    }

    /** Called when the message is locked, removed, or about to be added again in another state. */
    void remove(StoredMessage message) {
        switch (message.state()) {
            case SCHEDULED -> scheduled.remove(message.message().scheduledAt(), message.sequenceNumber());
            case ACTIVE -> backlog.remove(message);
            case DEFERRED -> deferred.remove(message.sequenceNumber());
        }
        expiring.remove(message.expiresAt(), message.sequenceNumber());
    }

    boolean isDeferred(long sequenceNumber) {
        return deferred.contains(sequenceNumber);
    }

    int scheduledCount() {
        return scheduled.size();
    }

    int deferredCount() {
        return deferred.size();
    }

    @Nullable
    Long pollActivation(long now) {
        return scheduled.pollDue(now);
    }

    @Nullable
    Long pollExpired(long now) {
        return expiring.pollDue(now);
    }

    long nextDeadline() {
        return Math.min(scheduled.next(), expiring.next());
    }
}
