package dev.penstock.servicebus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.azure.messaging.servicebus.ServiceBusMessage;
import dev.penstock.servicebus.entity.Condition;
import dev.penstock.servicebus.faults.Fault;
import dev.penstock.servicebus.faults.FaultPoint;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The Java SDK reports a refused send of a transaction to nobody: its commit has to fail, wherever the refusal came from. */
class RefusedSendsInTransactionsTest extends ClientCase {
    enum Reason {
        BUSY, UNREADABLE
    }

    @ParameterizedTest
    @EnumSource
    void theTransactionCannotBeCommitted(Reason reason) {
        var bus = closing(EmbeddedServiceBus.builder().queue("jobs").start());
        var sender = sender(bus, "jobs");
        var transaction = sender.createTransaction();
        sender.sendMessage(message("good"), transaction);
        var bad = refused(reason, bus);
        try {
            sender.sendMessage(bad, transaction);
        } catch (RuntimeException _) {
            // Whether the SDK reports the refusal here depends on its version.
        }

        assertThatThrownBy(() -> sender.commitTransaction(transaction)).isInstanceOf(RuntimeException.class);

        assertThat(bus.queue("jobs").counts().active()).isZero();
    }

    private static ServiceBusMessage refused(Reason reason, EmbeddedServiceBus bus) {
        var message = message("bad");
        switch (reason) {
            case BUSY -> bus.faults().plan(FaultPoint.SEND, "jobs", 1, new Fault.Refuse(Condition.SERVER_BUSY));
            // proton-j writes arrays of nothing but true so that nobody can read them.
            case UNREADABLE -> message.getApplicationProperties().put("flags", new Boolean[]{true});
        }
        return message;
    }
}
