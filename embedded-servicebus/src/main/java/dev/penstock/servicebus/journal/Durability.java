package dev.penstock.servicebus.journal;

import dev.penstock.servicebus.entity.RefusedException;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;

/** Holds answers back until what they confirm can't be lost any more. */
public interface Durability {
    /** For queues in memory: every answer goes out at once. */
    Durability IN_MEMORY = new Durability() {
        @Override
        public <A> void perform(Supplier<A> command, Consumer<A> answer, Function<RefusedException, A> refusal) {
            answer.accept(answerOf(command, refusal));
        }
    };

    /**
     * Runs the command now, and {@code answer} with its result as soon as the changes it made are durable: at once if there
     * are none. If they can't be made durable, the answer is a refusal.
     */
    <A> void perform(Supplier<A> command, Consumer<A> answer, Function<RefusedException, A> refusal);

    static <A> A answerOf(Supplier<A> command, Function<RefusedException, A> refusal) {
        try {
            return command.get();
        } catch (RefusedException e) {
            return refusal.apply(e);
        }
    }
}
