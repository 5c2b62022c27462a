package dev.penstock.gateway.guard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** With names whose server doesn't answer until the test says so. */
class LookupsTest {
    private static final InetAddress ADDRESS = InetAddress.ofLiteral("93.184.216.34");
    private static final Duration SHORT = Duration.ofMillis(50);

    private final CountDownLatch answering = new CountDownLatch(1);
    private final AtomicInteger hanging = new AtomicInteger();
    private final AtomicInteger asked = new AtomicInteger();
    private final Lookups lookups = new Lookups(this::resolve, 4, 2, SHORT);

    private List<InetAddress> resolve(String host) throws UnknownHostException {
        asked.incrementAndGet();
        if (host.startsWith("dead")) {
            hanging.incrementAndGet();
            awaitUninterruptibly();
            hanging.decrementAndGet();
        }
        return List.of(ADDRESS);
    }

    /** As the system's resolver does. */
    private void awaitUninterruptibly() {
        boolean answered = false;
        while (!answered) {
            try {
                answering.await();
                answered = true;
            } catch (InterruptedException ignored) {
                answered = false;
            }
        }
    }

    @AfterEach
    void answer() {
        answering.countDown();
    }

    @Test
    void one_tenants_dead_names_leave_places_for_another_tenants() throws Exception {
        hang("mallory");
        hang("mallory");
        assertThatThrownBy(() -> lookups.addresses("mallory", "alive.example"))
                .isInstanceOf(ResolverBusyException.class);

        assertThat(lookups.addresses("alice", "alive.example")).containsExactly(ADDRESS);
    }

    @Test
    void without_a_place_nothing_is_left_behind_to_be_looked_up_later() throws Exception {
        hang("mallory");
        hang("mallory");
        hang("moriarty");
        hang("moriarty");
        assertThatThrownBy(() -> lookups.addresses("alice", "alive.example"))
                .isInstanceOf(ResolverBusyException.class);

        answering.countDown();
        await().until(() -> hanging.get() == 0);
        assertThat(lookups.addresses("alice", "alive.example")).as("places are given back").containsExactly(ADDRESS);
        assertThat(asked).hasValue(5);
    }

    private void hang(String tenant) {
        int before = hanging.get();
        assertThatThrownBy(() -> lookups.addresses(tenant, "dead.example")).isInstanceOf(UnknownHostException.class);
        assertThat(hanging).hasValue(before + 1);
    }
}
