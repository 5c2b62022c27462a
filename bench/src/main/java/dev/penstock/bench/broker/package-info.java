/**
 * Measures the broker through the official Java SDK, beside a yardstick that keeps nothing. Needs the SDK on the class path.
 */
@NullMarked
package dev.penstock.bench.broker;

import org.jspecify.annotations.NullMarked;
