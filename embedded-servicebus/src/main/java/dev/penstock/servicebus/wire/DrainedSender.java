package dev.penstock.servicebus.wire;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import org.apache.qpid.proton.engine.Sender;
import org.apache.qpid.proton.engine.impl.EndpointImpl;
import org.apache.qpid.proton.engine.impl.LinkImpl;

/**
 * Answers a client that drains its credit, always: the Go SDK drains with a credit of zero and closes the link when no flow
 * comes back. proton-j writes one only while some credit is left, and has no public method to make it write another.
 */
final class DrainedSender {
    private static final MethodHandle SET_DRAINED = method(LinkImpl.class, "setDrained", int.class);
    private static final MethodHandle MODIFIED = method(EndpointImpl.class, "modified");

    private DrainedSender() {}

    /** Does nothing unless the client has asked for it in its last flow. */
    static void answer(Sender sender) {
        if (sender.getDrain() && sender.drained() == 0) {
            try {
                SET_DRAINED.invoke((LinkImpl) sender, 1);
                MODIFIED.invoke((EndpointImpl) sender);
            } catch (Throwable e) {
                throw new IllegalStateException("proton-j is not of the version that this was made for", e);
            }
        }
    }

    private static MethodHandle method(Class<?> owner, String name, Class<?>... parameters) {
        try {
            return MethodHandles.privateLookupIn(owner, MethodHandles.lookup())
                    .findVirtual(owner, name, MethodType.methodType(void.class, parameters));
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }
}
