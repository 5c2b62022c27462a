package dev.penstock.servicebus.wire;

import dev.penstock.servicebus.entity.Condition;
import dev.penstock.servicebus.entity.RefusedException;
import java.io.ByteArrayOutputStream;
import java.util.function.Supplier;
import org.apache.qpid.proton.engine.Delivery;
import org.apache.qpid.proton.engine.Receiver;

/** Collects the frames of the transfer that is arriving on a link; keeps no more of it than is allowed. */
final class IncomingTransfer {
    private final Receiver receiver;
    private final int maxBytes;
    private final ByteArrayOutputStream earlier = new ByteArrayOutputStream(0);
    private byte[] complete = {};
    private boolean tooLarge;

    IncomingTransfer(Receiver receiver, int maxBytes) {
        this.receiver = receiver;
        this.maxBytes = maxBytes;
    }

    /** Takes what has arrived; true when that was the last of it, and then the link has moved on to the next. */
    boolean take(Delivery delivery) {
        if (!delivery.isReadable() && !delivery.isAborted()) {
            return false;
        }
        byte[] bytes = new byte[delivery.available()];
        int length = receiver.recv(bytes, 0, bytes.length);
        tooLarge |= earlier.size() + (long) length > maxBytes;
        if (tooLarge) {
            earlier.reset();
        } else if (delivery.isPartial() || earlier.size() > 0) {
            earlier.write(bytes, 0, Math.max(0, length));
        }
        if (delivery.isPartial() && !delivery.isAborted()) {
            return false;
        }
        complete = earlier.size() > 0 ? earlier.toByteArray() : bytes;
        earlier.reset();
        receiver.advance();
        return true;
    }

    /**
     * Takes the transfer that {@link #take} has completed.
     *
     * @return gives its bytes, or throws a {@link RefusedException} when it was too large to be kept
     */
    Supplier<byte[]> completed() {
        byte[] bytes = complete;
        complete = new byte[0];
        if (!tooLarge) {
            return () -> bytes;
        }
        tooLarge = false;
        return () -> {
            throw new RefusedException(Condition.MESSAGE_SIZE_EXCEEDED,
                    "The message is larger than the " + maxBytes + " bytes that are allowed here. Send less at once.");
        };
    }
}
