package dev.penstock.servicebus.entity;

/** What may be held back for clients who have not finished what they began. */
public interface Room {
    /** Asks for room; false, and nothing is taken, when there is not enough. */
    boolean take(int bytes);

    void giveBack(int bytes);

    /** As much as is asked for. */
    Room ENDLESS = new Room() {
        @Override
        public boolean take(int bytes) {
            return true;
        }

        @Override
        public void giveBack(int bytes) {
            // It was taken from nothing.
        }
    };
}
