package dev.penstock.servicebus.entity;

/** Receives each durable change in order, before it is applied. What to do until it is on disk is the caller's matter. */
public interface Journal {
    /** Keeps nothing: for queues that live in memory only. */
    Journal NONE = new Journal() {
        @Override
        public void append(String queue, Change change) {
            // In memory only.
        }

        @Override
        public void requireWritable() {
            // Always.
        }
    };

    void append(String queue, Change change);

    /**
     * Checks that changes can be made durable at present. Asked before a client's command changes anything.
     *
     * @throws RefusedException when they can't
     */
    void requireWritable();
}
