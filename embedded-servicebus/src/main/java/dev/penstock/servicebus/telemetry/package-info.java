/** What the broker tells its operators. */
@NullMarked
package dev.penstock.servicebus.telemetry;

import org.jspecify.annotations.NullMarked;
