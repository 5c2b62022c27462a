package dev.penstock.servicebus.wire;

import org.apache.qpid.proton.engine.Receiver;

/** Keeps a client that sends supplied with credit, in steps of half of it so that not each transfer costs a frame. */
final class Credit {
    private final Receiver receiver;
    private final int full;

    Credit(Receiver receiver, int full) {
        this.receiver = receiver;
        this.full = full;
        receiver.flow(full);
    }

    void topUp() {
        if (receiver.getRemoteCredit() <= full / 2) {
            receiver.flow(full - receiver.getRemoteCredit());
        }
    }
}
