/** The management port: counts, peeked messages and metrics over HTTP. */
@NullMarked
package dev.penstock.servicebus.inspection;

import org.jspecify.annotations.NullMarked;
