package dev.penstock.gateway.webhooks;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.gateway.webhooks.Endpoints.Endpoint;
import dev.penstock.gateway.webhooks.Endpoints.Entry;
import java.net.URI;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class EndpointsTest {
    private static final Endpoint DEAD = endpoint("t", "https://dead.example/hook");

    private final Endpoints endpoints = new Endpoints();

    @Test
    void a_host_is_the_same_however_it_is_written_and_each_tenants_own() {
        assertThat(endpoint("t", "https://h.example")).isEqualTo(endpoint("t", "HTTPS://H.example:443/x"));
        assertThat(endpoint("t", "http://h.example")).isEqualTo(endpoint("t", "http://h.example:80"))
                .isNotEqualTo(endpoint("t", "https://h.example"));
        assertThat(endpoint("t", "https://h.example")).isNotEqualTo(endpoint("u", "https://h.example"));
    }

    @Test
    void an_endpoint_gets_four_attempts_at_a_time_and_a_tenant_sixteen() {
        IntStream.range(0, 4).forEach(_ -> assertThat(endpoints.tryEnter(DEAD, false)).isEqualTo(Entry.ENTERED));
        assertThat(endpoints.tryEnter(DEAD, false)).isEqualTo(Entry.BUSY);
        IntStream.range(0, 12)
                .forEach(i -> assertThat(endpoints.tryEnter(endpoint("t", "https://h" + i), false))
                        .isEqualTo(Entry.ENTERED));
        assertThat(endpoints.tryEnter(endpoint("t", "https://h99"), false)).isEqualTo(Entry.BUSY);
        assertThat(endpoints.tryEnter(endpoint("u", "https://h99"), false)).isEqualTo(Entry.ENTERED);

        endpoints.leave(DEAD);
        assertThat(endpoints.tryEnter(endpoint("t", "https://h99"), false)).isEqualTo(Entry.ENTERED);
    }

    @Test
    void an_endpoint_that_keeps_failing_gets_one_attempt_at_a_time_until_one_succeeds() {
        IntStream.range(0, 5).forEach(_ -> endpoints.failed(DEAD));
        assertThat(endpoints.tryEnter(DEAD, false)).isEqualTo(Entry.ENTERED);
        assertThat(endpoints.tryEnter(DEAD, false)).isEqualTo(Entry.FAILING);
        assertThat(endpoints.tryEnter(DEAD, true)).as("a last try is made").isEqualTo(Entry.ENTERED);

        endpoints.succeeded(DEAD);
        assertThat(endpoints.tryEnter(DEAD, false)).isEqualTo(Entry.ENTERED);
    }

    @Test
    void what_finds_no_room_again_and_again_comes_back_ever_later_and_not_all_at_once() {
        Random random = new Random(1);
        assertThat(IntStream.range(0, 20).mapToLong(_ -> RetrySchedule.whileBusy(0, random).toMillis()).distinct())
                .hasSizeGreaterThan(10)
                .allMatch(pause -> pause >= 1_500 && pause <= 3_000);
        assertThat(RetrySchedule.whileBusy(3, random).toSeconds()).isBetween(12L, 24L);
        assertThat(RetrySchedule.whileBusy(1_000, random).toSeconds()).isBetween(96L, 192L);
    }

    private static Endpoint endpoint(String tenant, String url) {
        return Endpoint.of(tenant, URI.create(url));
    }
}
