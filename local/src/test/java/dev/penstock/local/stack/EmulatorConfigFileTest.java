package dev.penstock.local.stack;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.penstock.contracts.Json;
import dev.penstock.contracts.Queues;
import dev.penstock.servicebus.config.EmulatorConfig;
import dev.penstock.servicebus.entity.QueueOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The Config.json that {@code docker-compose.yml} gives to Microsoft's emulator. */
class EmulatorConfigFileTest {
    private static final Path FILE = Path.of("../deploy/emulator/Config.json");
    private static final Queues QUEUES = Queues.unprefixed();

    static Stream<Queues.Spec> specs() {
        return QUEUES.specs().stream();
    }

    @Test
    void it_is_what_the_command_prints() throws IOException {
        assertThat(Files.readString(FILE)).as("make it anew: ./penstock emulator-config > deploy/emulator/Config.json")
                .isEqualTo(EmulatorConfigFile.of(QUEUES));
    }

    @ParameterizedTest
    @MethodSource("specs")
    void each_queue_is_what_the_code_expects_but_for_the_clamps(Queues.Spec spec) throws IOException {
        EmulatorConfig config = EmulatorConfig.read(FILE);
        assertThat(config.warnings()).isEmpty();
        QueueOptions expected = LocalServiceBus.options(spec, QueueOptions.DEFAULTS);
        boolean gatewayReadsDeadLetters = Set.of(QUEUES.jobs(), QUEUES.results()).contains(spec.name());
        QueueOptions clamped = expected
                .defaultTimeToLive(shorter(Optional.ofNullable(expected.defaultTimeToLive()), Duration.ofHours(1)))
                .deadLetteringOnMessageExpiration(gatewayReadsDeadLetters);
        if (expected.duplicateDetection() != null) {
            clamped = clamped
                    .duplicateDetection(shorter(Optional.of(expected.duplicateDetection()), Duration.ofMinutes(5)));
        }
        assertThat(config.queues().get(spec.name())).isEqualTo(clamped);
        assertThat(config.queues()).hasSize(QUEUES.specs().size());
    }

    /** The bounds of the emulator's published Config-schema.json and usage quotas. */
    @Test
    void it_keeps_within_the_emulators_documented_limits() throws IOException {
        JsonNode root = Json.MAPPER.readTree(Files.readString(FILE));
        JsonNode namespaces = root.at("/UserConfig/Namespaces");
        assertThat(namespaces).hasSize(1);
        assertThat(namespaces.get(0).path("Name").asText()).isEqualTo("sbemulatorns");
        assertThat(namespaces.get(0).path("Queues").size() + namespaces.get(0).path("Topics").size())
                .isBetween(1, 50);
        assertThat(root.at("/UserConfig/Logging/Type").asText()).isIn(List.of("Console", "File", "Console,File"));
        for (JsonNode queue : namespaces.get(0).path("Queues")) {
            assertThat(queue.path("Name").asText()).matches("[A-Za-z0-9]|[A-Za-z0-9][\\w-./]*[A-Za-z0-9]");
            JsonNode properties = queue.path("Properties");
            assertThat(duration(properties, "LockDuration")).isBetween(Duration.ofSeconds(5), Duration.ofMinutes(5));
            assertThat(duration(properties, "DefaultMessageTimeToLive")).isBetween(Duration.ofMinutes(5),
                    Duration.ofHours(1));
            assertThat(properties.path("MaxDeliveryCount").asInt()).isBetween(1, 10);
            if (properties.path("RequiresDuplicateDetection").asBoolean()) {
                assertThat(duration(properties, "DuplicateDetectionHistoryTimeWindow"))
                        .isBetween(Duration.ofSeconds(5), Duration.ofMinutes(5));
            }
        }
    }

    private static Duration duration(JsonNode properties, String name) {
        String text = properties.path(name).asText();
        // The schema's pattern, which knows neither fractions nor days after hours.
        assertThat(text).as(name).matches("P(?!$)(?:\\d+Y)?(?:\\d+M)?(?:\\d+D)?(?:T(?:\\d+H)?(?:\\d+M)?(?:\\d+S)?)?");
        return Duration.parse(text);
    }

    private static Duration shorter(Optional<Duration> wanted, Duration longest) {
        return wanted.filter(duration -> duration.compareTo(longest) < 0).orElse(longest);
    }
}
