package dev.penstock.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.penstock.configuration.InvalidConfigurationException;
import dev.penstock.worker.pool.PoolConfig.DialectName;
import dev.penstock.worker.slot.SlotsConfig;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class WorkerConfigTest {
    private static final Map<String, String> LEAST = Map.of("PENSTOCK_SERVICEBUS_NAMESPACE",
            "example.servicebus.windows.net", "PENSTOCK_POOL_ENDPOINT", "https://pool.example.azurecontainerapps.io",
            "PENSTOCK_POOL_MAX_SESSIONS", "5");

    @Test
    void theDefaultsAreThese() {
        WorkerConfig config = WorkerConfig.from(LEAST);

        assertThat(config.slots()).isEqualTo(new SlotsConfig.Shared(5, 1, 200, Duration.ofSeconds(30),
                Duration.ofMinutes(2), Duration.ofSeconds(2)));
        assertThat(config.slots().most()).isEqualTo(4);
        assertThat(config.deployment()).isEqualTo("penstock");
        assertThat(config.drainTimeout()).isEqualTo(Duration.ofSeconds(25));
        assertThat(config.requeueDelay()).isEqualTo(new Backoff(Duration.ofMillis(500), Duration.ofSeconds(30)));
        assertThat(config.retryDelay()).isEqualTo(new Backoff(Duration.ofSeconds(1), Duration.ofMinutes(1)));
        assertThat(config.maxAttempts()).isEqualTo(8);
        assertThat(config.pool().dialect()).isEqualTo(DialectName.PENSTOCK);
        assertThat(config.pool().token()).isEmpty();
        assertThat(config.pool().cooldown()).isEqualTo(Duration.ofMinutes(5));
        assertThat(config.pool().callTimeout()).isLessThan(Duration.ofSeconds(220));
    }

    @Test
    void everythingWrongIsReportedAtOnce() {
        Map<String, String> environment = Map.of("PENSTOCK_POOL_DIALECT", "esperanto", "PENSTOCK_SLOTS", "none",
                "PENSTOCK_DEPLOYMENT", "under_score", "PENSTOCK_QUEUE_PREFIX", "a/b");
        assertThatThrownBy(() -> WorkerConfig.from(environment))
                .isInstanceOfSatisfying(InvalidConfigurationException.class,
                        wrong -> assertThat(wrong.problems()).hasSize(7)
                                .anyMatch(problem -> problem.contains("PENSTOCK_SERVICEBUS_NAMESPACE"))
                                .anyMatch(problem -> problem.contains("PENSTOCK_POOL_ENDPOINT is missing"))
                                .anyMatch(problem -> problem.contains("penstock, legacy-adapter"))
                                .anyMatch(problem -> problem.contains("PENSTOCK_SLOTS must be"))
                                .anyMatch(problem -> problem.contains("set PENSTOCK_POOL_MAX_SESSIONS"))
                                .anyMatch(problem -> problem.contains("PENSTOCK_DEPLOYMENT must be"))
                                .anyMatch(problem -> problem.contains("prefix")));
    }

    @Test
    void anEntraTokenNeverTravelsInTheClear() {
        Map<String, String> environment = new HashMap<>(LEAST);
        environment.put("PENSTOCK_POOL_ENDPOINT", "http://pool.example");
        assertThatThrownBy(() -> WorkerConfig.from(environment)).hasMessageContaining("must be https");
        environment.put("PENSTOCK_POOL_TOKEN", "s3cret");
        assertThat(WorkerConfig.from(environment).pool().token()).contains("s3cret");
    }

    @Test
    void aFixedShareStandsInPlaceOfThePoolsMaximum() {
        Map<String, String> environment = new HashMap<>(LEAST);
        environment.put("PENSTOCK_SLOTS", "3");
        assertThat(WorkerConfig.from(environment).slots()).isEqualTo(new SlotsConfig.Fixed(3, Optional.empty()));
    }

    @Test
    void aPoolWithoutRoomForASlotAndALeaseTooShortToConnectAreRefused() {
        Map<String, String> environment = new HashMap<>(LEAST);
        environment.put("PENSTOCK_POOL_MAX_SESSIONS", "1");
        assertThatThrownBy(() -> WorkerConfig.from(environment)).hasMessageContaining("greater than");
        environment.put("PENSTOCK_POOL_HEADROOM", "0");
        environment.put("PENSTOCK_SLOT_LOCK", "5s");
        assertThatThrownBy(() -> WorkerConfig.from(environment)).hasMessageContaining("PENSTOCK_SLOT_LOCK");
    }

    @Test
    void aCallEndsBeforeThePlatformEndsItAndLeavesAProgramTime() {
        Map<String, String> environment = new HashMap<>(LEAST);
        environment.put("PENSTOCK_POOL_CALL_TIMEOUT", "240s");
        assertThatThrownBy(() -> WorkerConfig.from(environment)).hasMessageContaining("shorter than 240s");
        environment.put("PENSTOCK_POOL_CALL_TIMEOUT", "30s");
        assertThat(WorkerConfig.from(environment).pool().callOverhead()).isEqualTo(Duration.ofSeconds(15));
        environment.put("PENSTOCK_POOL_CALL_OVERHEAD", "30s");
        assertThatThrownBy(() -> WorkerConfig.from(environment)).hasMessageContaining("PENSTOCK_POOL_CALL_OVERHEAD");
    }

    @Test
    void noSecretIsShown() {
        Map<String, String> environment = new HashMap<>(LEAST);
        environment.remove("PENSTOCK_SERVICEBUS_NAMESPACE");
        environment.put("PENSTOCK_SERVICEBUS_CONNECTION_STRING",
                "Endpoint=sb://localhost;SharedAccessKeyName=n;SharedAccessKey=hidden1");
        environment.put("PENSTOCK_POOL_TOKEN", "hidden2");
        assertThat(WorkerConfig.from(environment).toString()).doesNotContain("hidden1").doesNotContain("hidden2");
    }
}
