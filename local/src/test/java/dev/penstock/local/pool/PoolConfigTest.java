package dev.penstock.local.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.penstock.configuration.InvalidConfigurationException;
import java.net.URI;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class PoolConfigTest {
    private static final Map<String, String> LEAST = Map.of("PENSTOCK_POOL_TOKEN", "secret-token",
            "PENSTOCK_POOL_TARGET", "http://127.0.0.1:9000/");

    @Test
    void theDefaultsAreAzures() {
        assertThat(PoolConfig.from(LEAST)).isEqualTo(new PoolConfig("127.0.0.1", 8081, "local", "secret-token",
                ContainerAddress.open(URI.create("http://127.0.0.1:9000")), Optional.empty(),
                new PoolSettings(5, 1, new Lifecycle.Timed(Duration.ofMinutes(5)), Duration.ZERO, Duration.ZERO,
                        Duration.ofMinutes(4), false, false, 429, 0),
                List.of(), OptionalLong.empty()));
    }

    @Test
    void everythingCanBeSet() {
        PoolConfig config = PoolConfig.from(with(Map.ofEntries(Map.entry("PENSTOCK_POOL_HOST", "::1"),
                Map.entry("PENSTOCK_POOL_PORT", "0"), Map.entry("PENSTOCK_POOL_NAME", "mine"),
                Map.entry("PENSTOCK_POOL_MAX_SESSIONS", "16"), Map.entry("PENSTOCK_POOL_READY_SESSIONS", "3"),
                Map.entry("PENSTOCK_POOL_MAX_ALIVE", "10m"), Map.entry("PENSTOCK_POOL_START_DELAY", "50ms"),
                Map.entry("PENSTOCK_POOL_STOP_LAG", "20ms"), Map.entry("PENSTOCK_POOL_REQUEST_LIMIT", "30s"),
                Map.entry("PENSTOCK_POOL_WAIT_FOR_WARM", "yes"), Map.entry("PENSTOCK_POOL_CRASH_LOOP", "true"),
                Map.entry("PENSTOCK_POOL_FULL_STATUS", "404"), Map.entry("PENSTOCK_POOL_FULL_500_PERCENT", "10"),
                Map.entry("PENSTOCK_SESSION_TOKEN", "container-token"),
                Map.entry("PENSTOCK_POOL_ADMIN_KEY", "secret-key"), Map.entry("PENSTOCK_POOL_FAULT_SEED", "-7"),
                Map.entry("PENSTOCK_POOL_FAULTS",
                        "[{\"fault\":{\"kind\":\"busy\",\"status\":429},\"scope\":\"SESSIONS\",\"requests\":20,\"percent\":50}]"))));
        assertThat(config).isEqualTo(new PoolConfig("::1", 0, "mine", "secret-token",
                new ContainerAddress(URI.create("http://127.0.0.1:9000"), Optional.of("container-token")),
                Optional.of("secret-key"),
                new PoolSettings(16, 3, new Lifecycle.OnContainerExit(Duration.ofMinutes(10)), Duration.ofMillis(50),
                        Duration.ofMillis(20), Duration.ofSeconds(30), true, true, 404, 10),
                List.of(new FaultRule(new Fault.Busy(429), FaultRule.Scope.SESSIONS, 20, 50)), OptionalLong.of(-7)));
    }

    @Test
    void everyProblemIsReportedAtOnceWithoutTheValues() {
        assertThatThrownBy(() -> PoolConfig.from(Map.of("PENSTOCK_POOL_PORT", "http", "PENSTOCK_POOL_FAULTS", "[{}]",
                "PENSTOCK_POOL_COOLDOWN", "soon"))).isInstanceOfSatisfying(InvalidConfigurationException.class,
                        wrong -> assertThat(wrong.problems()).hasSize(5));
    }

    @Test
    void readySessionsMustBeLessThanTheMaxAsInAzure() {
        assertThatThrownBy(() -> PoolConfig
                .from(with(Map.of("PENSTOCK_POOL_MAX_SESSIONS", "2", "PENSTOCK_POOL_READY_SESSIONS", "2"))))
                .isInstanceOf(InvalidConfigurationException.class)
                .hasMessageContaining("less than max sessions");
    }

    @Test
    void theTextHoldsNoSecret() {
        assertThat(PoolConfig.from(with(Map.of("PENSTOCK_POOL_ADMIN_KEY", "secret-key"))).toString())
                .contains("127.0.0.1:9000")
                .doesNotContain("secret");
    }

    private static Map<String, String> with(Map<String, String> more) {
        Map<String, String> all = new HashMap<>(LEAST);
        all.putAll(more);
        return all;
    }
}
