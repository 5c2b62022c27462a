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

    private static final String VALID = "Endpoint=sb://127.0.0.1:5672;SharedAccessKeyName=n;SharedAccessKey=k;"
            + "UseDevelopmentEmulator=true";

    @Test
    void one_of_the_two_ways_is_taken() {
        assertThat(read(Map.of(NAMESPACE, "example.servicebus.windows.net")))
                .isEqualTo(new BusAddress.Namespace("example.servicebus.windows.net"));
        assertThat(read(Map.of(CONNECTION_STRING, VALID))).isEqualTo(new BusAddress.ConnectionString(VALID));
    }

    @Test
    void none_or_both_is_a_problem() {
        assertThatExceptionOfType(InvalidConfigurationException.class).isThrownBy(() -> read(Map.of()))
                .withMessageContaining("exactly one of");
        assertThatExceptionOfType(InvalidConfigurationException.class)
                .isThrownBy(() -> read(Map.of(NAMESPACE, "a", CONNECTION_STRING, VALID)))
                .withMessageContaining("exactly one of");
    }

    @Test
    void a_connection_string_that_the_sdk_cannot_read_is_a_problem_without_its_text() {
        for (String wrong : new String[]{"hunter2", "Endpoint=sb://x", "Endpoint=sb://x;Colour=hunter2",
                VALID + ";EntityPath=jobs"}) {
            assertThatExceptionOfType(InvalidConfigurationException.class)
                    .isThrownBy(() -> read(Map.of(CONNECTION_STRING, wrong)))
                    .withMessageContaining("must have the form")
                    .satisfies(told -> assertThat(told.getMessage()).doesNotContain("hunter2"));
        }
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
