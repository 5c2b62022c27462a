package dev.penstock.servicebus.wire;

import org.apache.qpid.proton.engine.Sasl;
import org.apache.qpid.proton.engine.SaslListener;
import org.apache.qpid.proton.engine.Transport;

/** Lets every client through the SASL layer: who it is comes out at {@code $cbs}, as with Azure. */
final class AnyMechanism implements SaslListener {
    @Override
    public void onSaslInit(Sasl sasl, Transport transport) {
        sasl.done(Sasl.SaslOutcome.PN_SASL_OK);
    }

    @Override
    public void onSaslResponse(Sasl sasl, Transport transport) {
        // Only a client that was challenged responds, and none is.
    }

    @Override
    public void onSaslMechanisms(Sasl sasl, Transport transport) {
        // For the client's side.
    }

    @Override
    public void onSaslChallenge(Sasl sasl, Transport transport) {
        // For the client's side.
    }

    @Override
    public void onSaslOutcome(Sasl sasl, Transport transport) {
        // For the client's side.
    }
}
