@NullMarked
package dev.penstock.servicebus.telemetry;

import org.jspecify.annotations.NullMarked;
