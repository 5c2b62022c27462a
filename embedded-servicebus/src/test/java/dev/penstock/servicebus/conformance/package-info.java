/**
 * What a Service Bus has to do for the official Java SDK, written without knowledge of any broker. Runs against this
 * module's broker, against Microsoft's emulator and against Azure: see {@link Target}.
 */
@NullMarked
package dev.penstock.servicebus.conformance;

import org.jspecify.annotations.NullMarked;
