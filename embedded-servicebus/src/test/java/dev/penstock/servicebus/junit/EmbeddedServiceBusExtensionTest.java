package dev.penstock.servicebus.junit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class EmbeddedServiceBusExtensionTest {
    @RegisterExtension
    static final EmbeddedServiceBusExtension SHARED = new EmbeddedServiceBusExtension(bus -> bus.queue("jobs"));

    @RegisterExtension
    final EmbeddedServiceBusExtension own = new EmbeddedServiceBusExtension(bus -> bus.queue("jobs"));

    private static int portOfFirstTest;

    @Test
    void oneBrokerIsSharedAndOneIsThisTestsOwn() {
        assertSharedIsKept();
        assertThat(own.bus().queueNames()).containsExactly("jobs");
        assertThat(own.bus().port()).isNotEqualTo(SHARED.bus().port());
    }

    @Test
    void theSharedBrokerOutlivesATest() {
        assertSharedIsKept();
    }

    @Nested
    class Inner {
        @Test
        void theSharedBrokerIsThatOfTheOuterClass() {
            assertSharedIsKept();
        }
    }

    private static synchronized void assertSharedIsKept() {
        if (portOfFirstTest == 0) {
            portOfFirstTest = SHARED.bus().port();
        }
        assertThat(SHARED.bus().port()).isEqualTo(portOfFirstTest);
    }

    @Test
    void withoutRegistrationThereIsNoBroker() {
        var unregistered = new EmbeddedServiceBusExtension(bus -> bus);

        assertThatThrownBy(unregistered::bus).isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("@RegisterExtension");
    }
}
