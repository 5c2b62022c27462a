package dev.penstock.session;

import dev.penstock.session.run.MachineMemory;
import dev.penstock.session.run.Sandboxed;
import dev.penstock.session.sandbox.Bare;
import dev.penstock.session.sandbox.Bubblewrap;
import dev.penstock.session.sandbox.Home;
import dev.penstock.session.sandbox.OwnUser;
import dev.penstock.session.sandbox.Sandbox;
import dev.penstock.session.sandbox.Unshare;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/** Picks the strongest sandbox that works here, by trying. */
final class SandboxChoice {
    private final Home home;
    private final MachineMemory machine;
    private final SessionEvents events;

    SandboxChoice(Home home, MachineMemory machine, SessionEvents events) {
        this.home = home;
        this.machine = machine;
        this.events = events;
    }

    /**
     * A sandbox that was seen to work.
     *
     * @throws NoIsolationException
     *             if there is none
     * @throws IOException
     *             if files could not be looked through
     */
    Sandboxed choose(SessionConfig.Isolation wanted, boolean unsafe) throws InterruptedException, IOException {
        for (Sandbox candidate : candidates(wanted)) {
            Sandboxed sandboxed = new Sandboxed(candidate, home, machine);
            Optional<String> problem = sandboxed.problem();
            if (problem.isEmpty()) {
                return sandboxed;
            }
            events.isolationUnavailable(candidate.name(), problem.get());
        }
        if (!unsafe) {
            throw new NoIsolationException();
        }
        events.unsafe();
        return new Sandboxed(new Bare(home), home, machine);
    }

    private List<Sandbox> candidates(SessionConfig.Isolation wanted) throws IOException {
        return switch (wanted) {
            case AUTO -> List.of(new Bubblewrap(home), new Unshare(home));
            case BUBBLEWRAP -> List.of(new Bubblewrap(home));
            case UNSHARE -> List.of(new Unshare(home));
            case SESSION -> home.hasUsers()
                    ? List.of(new Bubblewrap(home), new Unshare(home), OwnUser.in(home))
                    : List.of(new Bubblewrap(home), new Unshare(home));
            case OWN_USER -> home.hasUsers() ? List.of(OwnUser.in(home)) : List.of();
        };
    }
}
