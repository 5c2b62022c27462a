package dev.penstock.servicebus.wire;

import org.apache.qpid.proton.amqp.UnsignedInteger;
import org.apache.qpid.proton.amqp.transport.Disposition;
import org.apache.qpid.proton.engine.impl.ProtocolTracer;
import org.apache.qpid.proton.framing.TransportFrame;

/**
 * Looks at frames before the engine does. proton-j counts through all delivery ids that a disposition names, existing or not:
 * four billion of them would stop the broker for minutes, and the very last one for ever.
 */
final class FrameGuard implements ProtocolTracer {
    private static final long MAX_DISPOSED = 100_000;

    @Override
    public void receivedFrame(TransportFrame frame) {
        if (frame.getBody() instanceof Disposition disposition && disposition.getLast() != null) {
            long count = disposition.getLast().longValue() - disposition.getFirst().longValue() + 1;
            if (count > MAX_DISPOSED || disposition.getLast().equals(UnsignedInteger.MAX_VALUE)) {
                throw new IllegalArgumentException("a disposition of " + count + " deliveries at once");
            }
        }
    }

    @Override
    public void sentFrame(TransportFrame frame) {
        // What we send is our own.
    }
}
