/** Faults for tests: what goes wrong, where, and when. */
@NullMarked
package dev.penstock.servicebus.faults;

import org.jspecify.annotations.NullMarked;
