package dev.penstock.servicebus.wire;

import dev.penstock.servicebus.entity.Condition;
import dev.penstock.servicebus.entity.Queue;
import dev.penstock.servicebus.entity.RefusedException;
import dev.penstock.servicebus.entity.Settlement;
import dev.penstock.servicebus.message.AmqpValues;
import java.util.HashMap;
import java.util.Map;
import org.apache.qpid.proton.amqp.Binary;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.messaging.Accepted;
import org.apache.qpid.proton.amqp.messaging.Modified;
import org.apache.qpid.proton.amqp.messaging.Outcome;
import org.apache.qpid.proton.amqp.messaging.Rejected;
import org.apache.qpid.proton.amqp.messaging.Released;
import org.apache.qpid.proton.amqp.transaction.TransactionalState;
import org.apache.qpid.proton.amqp.transport.DeliveryState;
import org.apache.qpid.proton.amqp.transport.ErrorCondition;
import org.jspecify.annotations.Nullable;

/** Between AMQP delivery states and settlements: Azure's mapping, of which the SDKs' settle calls are made. */
final class Settlements {
    private Settlements() {}

    /**
     * What a client's disposition asks for; a settled one without a state gives the message back.
     *
     * @throws RefusedException when no settle call is made like this
     */
    static Settlement of(@Nullable DeliveryState state) {
        return switch (state) {
            case Accepted _ -> new Settlement.Complete();
            case Rejected rejected -> deadLetter(rejected.getError());
            case Modified modified when Boolean.TRUE.equals(modified.getUndeliverableHere()) ->
                new Settlement.Defer(AmqpValues.stringKeys(modified.getMessageAnnotations()));
            case Modified modified -> new Settlement.Abandon(AmqpValues.stringKeys(modified.getMessageAnnotations()));
            case Released _ -> new Settlement.Release();
            case null -> new Settlement.Release();
            default -> throw new RefusedException(Condition.NOT_IMPLEMENTED,
                    "A disposition of type " + state.getType() + " is not known here.");
        };
    }

    private static Settlement deadLetter(@Nullable ErrorCondition error) {
        if (error == null) {
            return new Settlement.DeadLetter(null, null, Map.of());
        }
        Map<String, Object> properties = new HashMap<>(AmqpValues.stringKeys(error.getInfo()));
        var reason = properties.remove(Queue.DEAD_LETTER_REASON);
        var description = properties.remove(Queue.DEAD_LETTER_DESCRIPTION);
        return new Settlement.DeadLetter(reason == null ? null : reason.toString(),
                description == null ? error.getDescription() : description.toString(), properties);
    }

    /** The acknowledgement of a settlement: of the type that the SDK sent. */
    static DeliveryState acknowledgement(@Nullable DeliveryState state) {
        return switch (state) {
            // The JavaScript SDK takes an error in it for a failure.
            case Rejected _ -> new Rejected();
            case Modified modified -> modified;
            case Released released -> released;
            case null, default -> Accepted.getInstance();
        };
    }

    /** An outcome as part of a transaction. */
    static TransactionalState inTransaction(Binary id, DeliveryState outcome) {
        var state = new TransactionalState();
        state.setTxnId(id);
        // proton-j's outcomes are delivery states, too, which its types don't say.
        state.setOutcome((Outcome) outcome);
        return state;
    }

    static Rejected rejection(RefusedException refusal) {
        var rejected = new Rejected();
        rejected.setError(error(refusal));
        return rejected;
    }

    /** With an information map, if an empty one: the Python SDK takes it for granted. */
    static ErrorCondition error(RefusedException refusal) {
        var error = new ErrorCondition(Symbol.valueOf(refusal.condition().symbol()), refusal.getMessage());
        error.setInfo(Map.of());
        return error;
    }
}
