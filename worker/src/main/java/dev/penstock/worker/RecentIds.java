package dev.penstock.worker;

import java.util.LinkedHashSet;

/** A bounded set that forgets what came first. Thread safe. */
final class RecentIds {
    private final int most;
    private final LinkedHashSet<String> ids = new LinkedHashSet<>();

    RecentIds(int most) {
        this.most = most;
    }

    synchronized void add(String id) {
        if (ids.add(id) && ids.size() > most) {
            ids.removeFirst();
        }
    }

    synchronized boolean contains(String id) {
        return ids.contains(id);
    }
}
