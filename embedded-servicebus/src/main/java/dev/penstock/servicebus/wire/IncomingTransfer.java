package dev.penstock.servicebus.wire;

import dev.penstock.servicebus.entity.Condition;
import dev.penstock.servicebus.entity.RefusedException;
import java.util.Arrays;
import java.util.function.Supplier;
import org.apache.qpid.proton.engine.Delivery;
import org.apache.qpid.proton.engine.Receiver;
import org.jspecify.annotations.Nullable;

/** Collects the frames of the transfer that is arriving on a link; keeps no more of it than is allowed. */
final class IncomingTransfer {
    private static final byte[] NOTHING = {};

    private final Receiver receiver;
    private final int maxBytes;
    private final Unfinished unfinished;
    /** One array, and not one per frame: a hostile client may send byte by byte. */
    private byte[] earlier = NOTHING;
    private int earlierBytes;
    private byte[] complete = NOTHING;
    private @Nullable RefusedException refusal;

    IncomingTransfer(Receiver receiver, int maxBytes, Unfinished unfinished) {
        this.receiver = receiver;
        this.maxBytes = maxBytes;
        this.unfinished = unfinished;
    }

    /** Takes what has arrived; true when that was the last of it, and then the link has moved on to the next. */
    boolean take(Delivery delivery) {
        if (!delivery.isReadable() && !delivery.isAborted()) {
            return false;
        }
        int count = delivery.available();
        boolean alone = !delivery.isPartial() && earlierBytes == 0;
        if (earlierBytes + (long) count > maxBytes) {
            refuse(new RefusedException(Condition.MESSAGE_SIZE_EXCEEDED,
                    "The message is larger than the " + maxBytes + " bytes that are allowed here. Send less at once."));
        }
        if (refusal == null && !alone) {
            keep(count);
        } else {
            complete = new byte[count];
            receiver.recv(complete, 0, count);
        }
        if (delivery.isPartial() && !delivery.isAborted()) {
            return false;
        }
        if (delivery.isAborted()) {
            refusal = null;
        }
        if (earlierBytes > 0) {
            complete = Arrays.copyOf(earlier, earlierBytes);
        }
        forget();
        receiver.advance();
        return true;
    }

    private void keep(int count) {
        int needed = earlierBytes + count;
        if (needed > earlier.length && !grow(count, needed)) {
            refuse(new RefusedException(Condition.SERVER_BUSY,
                    "Too many large messages are arriving at once. Send it again a little later."));
            receiver.recv(new byte[count], 0, count);
            return;
        }
        receiver.recv(earlier, earlierBytes, count);
        earlierBytes = needed;
    }

    /** To twice what is there, or to come with a first frame: most batches have two. */
    private boolean grow(int count, int needed) {
        int capacity = Math.clamp(2L * Math.max(earlier.length, count), needed, maxBytes);
        if (!unfinished.take(capacity - earlier.length)) {
            return false;
        }
        earlier = Arrays.copyOf(earlier, capacity);
        return true;
    }

    private void refuse(RefusedException reason) {
        refusal = reason;
        forget();
    }

    /** Gives up what has arrived so far; call it when the link is gone. */
    void forget() {
        unfinished.giveBack(earlier.length);
        earlier = NOTHING;
        earlierBytes = 0;
    }

    /**
     * Takes the transfer that {@link #take} has completed.
     *
     * @return gives its bytes, or throws a {@link RefusedException} when it could not be kept
     */
    Supplier<byte[]> completed() {
        byte[] bytes = complete;
        var reason = refusal;
        complete = NOTHING;
        refusal = null;
        return () -> {
            if (reason != null) {
                throw reason;
            }
            return bytes;
        };
    }
}
