package dev.penstock.servicebus.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.penstock.servicebus.entity.QueueOptions;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

class EmulatorConfigTest {
    private static String withQueue(String properties) {
        return """
                {"UserConfig": {"Namespaces": [{"Name": "sbemulatorns", "Queues": [
                  {"Name": "queue.1", "Properties": %s}], "Topics": []}], "Logging": {"Type": "File"}}}
                """.formatted(properties);
    }

    @Test
    void everySettingOfTheEmulatorIsUnderstood() {
        var config = EmulatorConfig.parse(withQueue("""
                {"DeadLetteringOnMessageExpiration": true, "DefaultMessageTimeToLive": "PT1H",
                 "DuplicateDetectionHistoryTimeWindow": "PT20S", "ForwardDeadLetteredMessagesTo": "", "ForwardTo": "",
                 "LockDuration": "PT1M", "MaxDeliveryCount": 3, "RequiresDuplicateDetection": true,
                 "RequiresSession": true}
                """));

        assertThat(config.queues()).isEqualTo(Map.of("queue.1",
                QueueProperties.EMULATOR_DEFAULTS.deadLetteringOnMessageExpiration(true)
                        .defaultTimeToLive(Duration.ofHours(1))
                        .duplicateDetection(Duration.ofSeconds(20))
                        .lockDuration(Duration.ofMinutes(1))
                        .maxDeliveryCount(3)
                        .requiresSession(true)));
        assertThat(config.warnings()).isEmpty();
    }

    @Test
    void theEmulatorsLimitsDoNotApply() {
        var config = EmulatorConfig.parse(withQueue("""
                {"LockDuration": "PT1H", "MaxDeliveryCount": 5000, "DefaultMessageTimeToLive": "P365D",
                 "MaxSizeInMegabytes": 5120, "MaxMessageSizeInKilobytes": 1024}
                """));

        assertThat(config.queues().get("queue.1"))
                .isEqualTo(QueueProperties.EMULATOR_DEFAULTS.lockDuration(Duration.ofHours(1))
                        .maxDeliveryCount(5000)
                        .defaultTimeToLive(Duration.ofDays(365))
                        .maxSizeBytes(5120L << 20)
                        .maxMessageSizeBytes(1 << 20));
    }

    @Test
    void whatIsLeftOutIsAsInTheEmulator() {
        var options = EmulatorConfig.parse(withQueue("{}")).queues().get("queue.1");

        assertThat(options).isEqualTo(
                QueueOptions.DEFAULTS.maxDeliveryCount(3).defaultTimeToLive(Duration.ofHours(1)));
    }

    @Test
    void duplicateDetectionIsOffUnlessItIsRequired() {
        var config = EmulatorConfig.parse(withQueue("{\"DuplicateDetectionHistoryTimeWindow\": \"PT20S\"}"));

        assertThat(config.queues()).containsEntry("queue.1", QueueProperties.EMULATOR_DEFAULTS);
    }

    @Test
    void settingsWithoutEffectAreNamed() {
        var config = EmulatorConfig.parse("""
                {"Extra": 1, "UserConfig": {"Namespaces": [{"Name": "n", "Queues": [{"Name": "q",
                  "Properties": {"ForwardTo": "other", "Colour": "red"}}], "Topics": [{"Name": "t"}]}]}}
                """);

        assertThat(config.warnings()).anyMatch(warning -> warning.contains("Extra"))
                .anyMatch(warning -> warning.contains("ForwardTo"))
                .anyMatch(warning -> warning.contains("Colour"))
                .anyMatch(warning -> warning.contains("Topics"))
                .hasSize(4);
    }

    @Test
    void everythingThatIsWrongIsReportedAtOnce() {
        assertThatThrownBy(() -> EmulatorConfig.parse(withQueue("""
                {"LockDuration": "a minute", "MaxDeliveryCount": 0, "RequiresSession": "yes", "MaxSizeInMegabytes": 1.5}
                """))).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("queue.1: LockDuration")
                .hasMessageContaining("maxDeliveryCount")
                .hasMessageContaining("RequiresSession")
                .hasMessageContaining("MaxSizeInMegabytes");
    }

    @Test
    void brokenJsonIsReportedWithItsPlace() {
        assertThatThrownBy(() -> EmulatorConfig.parse("{\n  \"UserConfig\": }"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("line 2");
        assertThatThrownBy(() -> EmulatorConfig.parse("{}")).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("Namespaces");
    }

    @Test
    void queuesNeedDifferentNames() {
        assertThatThrownBy(() -> EmulatorConfig.parse("""
                {"UserConfig": {"Namespaces": [{"Queues": [{"Name": "q"}, {"Name": "q"}, {}]}]}}
                """)).hasMessageContaining("two queues named q").hasMessageContaining("no Name");
    }
}
