package dev.penstock.session;

import dev.penstock.session.run.Runner;
import dev.penstock.session.sandbox.Bare;
import dev.penstock.session.sandbox.Bubblewrap;
import dev.penstock.session.sandbox.Home;
import dev.penstock.session.sandbox.Sandbox;
import dev.penstock.session.sandbox.Unshare;
import java.util.List;
import java.util.Optional;

/** Picks the strongest sandbox that works here, by trying. */
final class SandboxChoice {
    private final Home home;
    private final SessionEvents events;

    SandboxChoice(Home home, SessionEvents events) {
        this.home = home;
        this.events = events;
    }

    /**
     * A runner with a sandbox that was seen to work.
     *
     * @throws NoIsolationException
     *             if there is none
     */
    Runner choose(SessionConfig.Isolation wanted, boolean unsafe) throws InterruptedException {
        for (Sandbox candidate : candidates(wanted)) {
            Runner runner = new Runner(candidate, home);
            Optional<String> problem = runner.problem();
            if (problem.isEmpty()) {
                return runner;
            }
            events.isolationUnavailable(candidate.name(), problem.get());
        }
        if (!unsafe) {
            throw new NoIsolationException();
        }
        events.unsafe();
        return new Runner(new Bare(home), home);
    }

    private List<Sandbox> candidates(SessionConfig.Isolation wanted) {
        return switch (wanted) {
            case AUTO -> List.of(new Bubblewrap(home), new Unshare(home));
            case BUBBLEWRAP -> List.of(new Bubblewrap(home));
            case UNSHARE -> List.of(new Unshare(home));
        };
    }
}
