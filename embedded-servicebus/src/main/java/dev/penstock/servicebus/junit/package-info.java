/** For tests: a broker that lives as long as a test or a test class. Needs JUnit 5 or later on the class path. */
@NullMarked
package dev.penstock.servicebus.junit;

import org.jspecify.annotations.NullMarked;
