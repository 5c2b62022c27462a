package dev.penstock.servicebus.wire;

import dev.penstock.servicebus.entity.Queue;
import dev.penstock.servicebus.entity.RefusedException;
import dev.penstock.servicebus.faults.Fault;
import dev.penstock.servicebus.faults.FaultPoint;
import dev.penstock.servicebus.faults.FaultScript;
import java.util.function.Consumer;

/** What every operation of a connection passes, where scripted faults can strike it. */
final class FaultGate {
    private final FaultScript script;
    private final AmqpConnection connection;

    FaultGate(FaultScript script, AmqpConnection connection) {
        this.script = script;
        this.connection = connection;
    }

    /** Does the operation, now or later or not at all; a refusal, its own or a scripted one, goes to {@code refused}. */
    void pass(FaultPoint point, Queue queue, Runnable operation, Consumer<RefusedException> refused) {
        switch (script.next(point, queue.path())) {
            case null -> run(operation, refused);
            case Fault.Refuse(var condition) ->
                refused.accept(new RefusedException(condition, "Refused by a scripted fault."));
            case Fault.Delay(var pause) -> connection.later(pause, () -> run(operation, refused));
            case Fault.DropConnection() -> connection.drop();
            case Fault.DropAnswer() -> {
                run(operation, refused);
                connection.drop();
            }
        }
    }

    private static void run(Runnable operation, Consumer<RefusedException> refused) {
        try {
            operation.run();
        } catch (RefusedException e) {
            refused.accept(e);
        }
    }
}
