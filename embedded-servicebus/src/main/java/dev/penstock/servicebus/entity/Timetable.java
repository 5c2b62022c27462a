package dev.penstock.servicebus.entity;

import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Sequence numbers by the moment at which something is due for them. */
final class Timetable {
    private record Entry(long at, long sequenceNumber) implements Comparable<Entry> {
        @Override
        public int compareTo(Entry other) {
            int byTime = Long.compare(at, other.at);
            return byTime != 0 ? byTime : Long.compare(sequenceNumber, other.sequenceNumber);
        }
    }

    private final TreeSet<Entry> entries = new TreeSet<>();

    /** Does nothing for {@link Message#FOREVER}. */
    void add(long at, long sequenceNumber) {
        if (at != Message.FOREVER) {
            entries.add(new Entry(at, sequenceNumber));
        }
    }

    boolean remove(long at, long sequenceNumber) {
        return entries.remove(new Entry(at, sequenceNumber));
    }

    /** Takes away and returns the sequence number that is due first, {@code null} when none is due yet. */
    @Nullable
    Long pollDue(long now) {
        if (entries.isEmpty() || entries.first().at() > now) {
            return null;
        }
        var first = entries.pollFirst();
        return first == null ? null : first.sequenceNumber();
    }

    long next() {
        return entries.isEmpty() ? Message.FOREVER : entries.first().at();
    }

    int size() {
        return entries.size();
    }
}
