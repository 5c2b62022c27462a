package dev.penstock.worker.pool;

import dev.penstock.contracts.LanguageRuntime;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** Where the knowledge of what a pool can run comes from. */
sealed interface RuntimesSource {
    /** It can't be asked and never changes. */
    record Fixed(List<LanguageRuntime> runtimes) implements RuntimesSource {
    }

    /**
     * A session tells.
     *
     * @param read
     *            empty when the answer doesn't tell
     */
    record Session(Function<SessionIdentifier, PoolRequest> request,
            Function<Answer.Complete, Optional<List<LanguageRuntime>>> read) implements RuntimesSource {
    }
}
