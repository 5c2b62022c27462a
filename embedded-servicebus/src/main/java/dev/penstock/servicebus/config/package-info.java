/** The configuration file of Microsoft's emulator. */
@NullMarked
package dev.penstock.servicebus.config;

import org.jspecify.annotations.NullMarked;
