package dev.penstock.messaging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.penstock.configuration.InvalidConfigurationException;
import dev.penstock.configuration.Settings;
import java.util.Map;
import org.junit.jupiter.api.Test;

class BusAddressTest {
    private static final String NAMESPACE = "PENSTOCK_SERVICEBUS_NAMESPACE";
    private static final String CONNECTION_STRING = "PENSTOCK_SERVICEBUS_CONNECTION_STRING";

    @Test
    void one_of_the_two_ways_is_taken() {
        assertThat(read(Map.of(NAMESPACE, "example.servicebus.windows.net")))
                .isEqualTo(new BusAddress.Namespace("example.servicebus.windows.net"));
        assertThat(read(Map.of(CONNECTION_STRING, "Endpoint=sb://x")))
                .isEqualTo(new BusAddress.ConnectionString("Endpoint=sb://x"));
    }

    @Test
    void none_or_both_is_a_problem() {
        assertThatExceptionOfType(InvalidConfigurationException.class).isThrownBy(() -> read(Map.of()))
                .withMessageContaining("exactly one of");
        assertThatExceptionOfType(InvalidConfigurationException.class)
                .isThrownBy(() -> read(Map.of(NAMESPACE, "a", CONNECTION_STRING, "b")))
                .withMessageContaining("exactly one of");
    }

    @Test
    void the_secret_is_never_shown() {
        assertThat(new BusAddress.ConnectionString("SharedAccessKey=hunter2")).asString().doesNotContain("hunter2");
    }

    private static BusAddress read(Map<String, String> environment) {
        var settings = new Settings(environment);
        var address = BusAddress.from(settings);
        settings.verify();
        return address.get();
    }
}
