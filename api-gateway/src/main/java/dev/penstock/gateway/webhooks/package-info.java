/** Telling callers of the end of their jobs: Standard Webhooks 1.0.0, retried over a queue, kept away from private addresses. */
@NullMarked
package dev.penstock.gateway.webhooks;

import org.jspecify.annotations.NullMarked;
