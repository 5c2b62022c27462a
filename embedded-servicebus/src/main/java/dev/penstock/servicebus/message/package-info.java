/**
 * Encoded AMQP messages: taken apart as far as a broker has to, and put together again for delivery. Bodies are never
 * decoded. Section numbers are those of AMQP 1.0 part 3, section 3.2.
 */
@NullMarked
package dev.penstock.servicebus.message;

import org.jspecify.annotations.NullMarked;
