package dev.penstock.servicebus.entity;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.ShrinkingMode;

/** Random operations and clock moves on a queue, against a model that is too simple to be wrong. */
class QueueModelTest {
    @Property(tries = 300, shrinking = ShrinkingMode.BOUNDED)
    void aPlainQueueDoesWhatTheModelDoes(@ForAll("steps") List<QueueModel.Step> steps) {
        run(new QueueModel(false), steps);
    }

    @Property(tries = 300, shrinking = ShrinkingMode.BOUNDED)
    void aQueueWithSessionsDoesWhatTheModelDoes(@ForAll("steps") List<QueueModel.Step> steps) {
        run(new QueueModel(true), steps);
    }

    private static void run(QueueModel model, List<QueueModel.Step> steps) {
        for (var step : steps) {
            model.perform(step);
            assertThat(model.problems()).isEmpty();
        }
        model.drain();
        assertThat(model.problems()).isEmpty();
    }

    @Provide
    Arbitrary<List<QueueModel.Step>> steps() {
        var kinds = Arbitraries.of(QueueModel.Kind.class);
        return kinds.flatMap(kind -> Arbitraries.integers()
                .between(0, 9)
                .flatMap(a -> Arbitraries.integers().between(0, 40).map(b -> new QueueModel.Step(kind, a, b))))
                .list()
                .ofMaxSize(120);
    }
}
