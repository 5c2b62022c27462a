package dev.penstock.gateway.jobs;

import dev.penstock.contracts.LanguageRuntime;
import dev.penstock.contracts.Reply;
import dev.penstock.gateway.store.JobReader;
import dev.penstock.gateway.store.JobStore;
import io.vertx.core.Future;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;

/** What the workers' pool can run, as they announced it last (decision 15). Thread safe. */
public final class Runtimes {
    private final JobStore store;
    private final JobReader reader;
    private final InstantSource clock;
    private volatile Optional<Reply.RuntimesAnnounced> known = Optional.empty();

    public Runtimes(JobStore store, JobReader reader, InstantSource clock) {
        this.store = store;
        this.reader = reader;
        this.clock = clock;
    }

    /** Takes over what the store knows. */
    public Future<Void> load() {
        return reader.runtimes().onSuccess(stored -> known = stored).mapEmpty();
    }

    public Future<Void> announced(Reply.RuntimesAnnounced announcement) {
        return store.announce(announcement, clock.instant()).compose(_ -> load());
    }

    /** Empty before any worker announced. */
    public Optional<List<LanguageRuntime>> known() {
        return known.map(Reply.RuntimesAnnounced::runtimes);
    }

    /** Those of that name; empty before any worker announced, when jobs in every language are accepted. */
    public Optional<List<LanguageRuntime>> of(String language) {
        return known().map(runtimes -> runtimes.stream().filter(runtime -> runtime.answersTo(language)).toList());
    }
}
