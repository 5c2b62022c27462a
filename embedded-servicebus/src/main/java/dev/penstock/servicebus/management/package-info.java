/**
 * The two nodes that answer requests: {@code $cbs}, which takes tokens, and {@code <queue>/$management}, which does what
 * links can't. They know requests and responses, not links.
 */
@NullMarked
package dev.penstock.servicebus.management;

import org.jspecify.annotations.NullMarked;
