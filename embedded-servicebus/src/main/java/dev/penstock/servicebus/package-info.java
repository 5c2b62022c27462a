/** A Service-Bus-compatible broker in one JVM. Start reading at {@link dev.penstock.servicebus.EmbeddedServiceBus}. */
@NullMarked
package dev.penstock.servicebus;

import org.jspecify.annotations.NullMarked;
