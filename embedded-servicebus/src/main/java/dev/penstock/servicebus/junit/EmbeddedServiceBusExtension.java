package dev.penstock.servicebus.junit;

import dev.penstock.servicebus.EmbeddedServiceBus;
import dev.penstock.servicebus.EmbeddedServiceBusBuilder;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Runs a broker for tests: one per class and those nested in it in a static field, one per test in an instance field.
 *
 * <pre>{@code
 * @RegisterExtension
 * final EmbeddedServiceBusExtension serviceBus = new EmbeddedServiceBusExtension(bus -> bus.queue("jobs"));
 *
 * @Test
 * void aJobIsSent() {
 *     new ServiceBusClientBuilder().connectionString(serviceBus.bus().connectionString()) …
 * }
 * }</pre>
 */
public final class EmbeddedServiceBusExtension
        implements
            BeforeAllCallback,
            BeforeEachCallback,
            AfterEachCallback,
            AfterAllCallback {
    private final UnaryOperator<EmbeddedServiceBusBuilder> description;
    private @Nullable EmbeddedServiceBus bus;
    /** Classes that are running, a nested one inside of another: all share the broker. */
    private int classes;

    /** @param description adds queues and the like to the broker */
    public EmbeddedServiceBusExtension(UnaryOperator<EmbeddedServiceBusBuilder> description) {
        this.description = description;
    }

    /**
     * The broker of the running test.
     *
     * @throws IllegalStateException outside of a test, or when the extension is not registered
     */
    public EmbeddedServiceBus bus() {
        if (bus == null) {
            throw new IllegalStateException(
                    "no broker is running: put the extension into a field with @RegisterExtension, and ask within a test");
        }
        return bus;
    }

    @Override
    public void beforeAll(ExtensionContext context) {
        if (classes++ == 0) {
            start();
        }
    }

    @Override
    public void beforeEach(ExtensionContext context) {
        if (classes == 0) {
            start();
        }
    }

    @Override
    public void afterEach(ExtensionContext context) {
        if (classes == 0) {
            stop();
        }
    }

    @Override
    public void afterAll(ExtensionContext context) {
        if (--classes == 0) {
            stop();
        }
    }

    private void start() {
        bus = description.apply(EmbeddedServiceBus.builder()).start();
    }

    private void stop() {
        if (bus != null) {
            bus.close();
            bus = null;
        }
    }
}
