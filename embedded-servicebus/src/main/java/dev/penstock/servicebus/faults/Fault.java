package dev.penstock.servicebus.faults;

import dev.penstock.servicebus.entity.Condition;
import java.time.Duration;

/** What goes wrong. */
public sealed interface Fault {
    /** The operation is refused and not done. */
    record Refuse(Condition condition) implements Fault {
    }

    /** The operation is done after a pause; the clients of other links are not held up. */
    record Delay(Duration pause) implements Fault {
    }

    /** The connection breaks before the operation is done. */
    record DropConnection() implements Fault {
    }

    /** The operation is done, but the connection breaks before its answer is sent. */
    record DropAnswer() implements Fault {
    }
}
