package dev.penstock.worker.slot;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.worker.events.WorkerEvents;
import dev.penstock.worker.pool.PoolSessions;
import dev.penstock.worker.pool.SessionIdentifier;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class StraysTest {
    private static final SessionIdentifier STRAY = SessionIdentifier.fresh("test", 3);

    private final List<Duration> pauses = new ArrayList<>();
    private final List<SessionIdentifier> stopped = new ArrayList<>();
    private boolean listing;
    private boolean stopping = true;
    private int listed;
    private final Strays strays = new Strays(new PoolSessions() {
        @Override
        public boolean stop(SessionIdentifier session) {
            stopped.add(session);
            return stopping;
        }

        @Override
        public boolean isGone(SessionIdentifier session) {
            return false;
        }

        @Override
        public Optional<List<SessionIdentifier>> list() {
            listed++;
            return listing
                    ? Optional.of(List.of(STRAY, SessionIdentifier.fresh("test", 1),
                            SessionIdentifier.fresh("another", 3)))
                    : Optional.empty();
        }
    }, (_, slot) -> slot == 3, terms(), new Time() {
        @Override
        public long nanos() {
            return 0;
        }

        @Override
        public Instant instant() {
            return Instant.EPOCH;
        }

        @Override
        public void sleep(Duration duration) {
            pauses.add(duration);
        }
    }, new WorkerEvents(new SimpleMeterRegistry()));

    @Test
    void theyAreLookedForUntilThePoolHasToldOfThem() throws Exception {
        look(3);
        assertThat(stopped).isEmpty();
        assertThat(pauses).isSorted().doesNotHaveDuplicates();
        listing = true;
        look(1);
        assertThat(stopped).containsExactly(STRAY);
        look(2);
        assertThat(listed).as("no reason to ask any more").isEqualTo(4);

        strays.suspect();
        look(1);
        assertThat(listed).isEqualTo(5);
    }

    @Test
    void onesThatWereNotStoppedAreLookedForAgain() throws Exception {
        listing = true;
        stopping = false;
        look(1);
        stopping = true;
        look(2);
        assertThat(stopped).containsExactly(STRAY, STRAY);
    }

    private void look(int times) throws InterruptedException {
        for (int i = 0; i < times; i++) {
            strays.lookOnce();
        }
    }

    private static SlotTerms terms() {
        Duration any = Duration.ofSeconds(1);
        return new SlotTerms("test", any, any, any, any, any, any, any, Optional.empty());
    }
}
