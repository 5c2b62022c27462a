package dev.penstock.servicebus.wire;

import dev.penstock.servicebus.entity.Condition;
import dev.penstock.servicebus.entity.RefusedException;
import java.util.Set;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.messaging.Source;
import org.apache.qpid.proton.amqp.messaging.Target;

/**
 * What other clients of AMQP, such as JMS, ask of a source or target and a queue here doesn't do. It is refused, because who
 * asks to look at messages, or for some of them, must not be given all of them to keep.
 */
final class Unsupported {
    private static final Symbol COPY = Symbol.valueOf("copy");
    private static final Set<Symbol> SELECTORS = Set.of(Symbol.valueOf("jms-selector"),
            Symbol.valueOf("apache.org:selector-filter:string"));

    private Unsupported() {}

    /** @throws RefusedException when messages are to be looked at or selected, or an address is to be made up */
    static void refuse(Source source) {
        refuseDynamic(source.getDynamic());
        if (COPY.equals(source.getDistributionMode())) {
            throw new RefusedException(Condition.NOT_IMPLEMENTED,
                    "A queue can't be browsed on a link. Peek at its messages: com.microsoft:peek-message at its $management.");
        }
        var filters = source.getFilter();
        if (filters != null && SELECTORS.stream().anyMatch(filters::containsKey)) {
            throw new RefusedException(Condition.NOT_IMPLEMENTED,
                    "Messages of a queue can't be selected. Receive without a selector, or use a queue for each kind.");
        }
    }

    /** @throws RefusedException when an address is to be made up */
    static void refuse(Target target) {
        refuseDynamic(target.getDynamic());
    }

    private static void refuseDynamic(boolean dynamic) {
        if (dynamic) {
            throw new RefusedException(Condition.NOT_IMPLEMENTED,
                    "There are no temporary queues. Name a queue that exists.");
        }
    }
}
