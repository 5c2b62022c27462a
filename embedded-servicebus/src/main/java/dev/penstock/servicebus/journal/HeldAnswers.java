package dev.penstock.servicebus.journal;

import dev.penstock.servicebus.entity.RefusedException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;

/** Answers that wait for what they confirm to be durable, in the order in which they are to go out. */
final class HeldAnswers {
    private record Held<A>(A answer, Consumer<A> consumer, Function<RefusedException, A> refusal) {
        void confirm() {
            consumer.accept(answer);
        }

        void refuse(RefusedException reason) {
            consumer.accept(refusal.apply(reason));
        }
    }

    private List<Held<?>> held = new ArrayList<>();

    <A> void hold(A answer, Consumer<A> consumer, Function<RefusedException, A> refusal) {
        held.add(new Held<>(answer, consumer, refusal));
    }

    /** Takes out all that are held at this moment. */
    HeldAnswers takeAll() {
        var taken = new HeldAnswers();
        taken.held = held;
        held = new ArrayList<>();
        return taken;
    }

    void confirm() {
        held.forEach(Held::confirm);
    }

    /** Refuses them instead. */
    void refuse(RefusedException reason) {
        held.forEach(answer -> answer.refuse(reason));
    }
}
