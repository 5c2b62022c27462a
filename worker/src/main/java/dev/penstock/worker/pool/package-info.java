/** The session pool as the worker sees it: requests in the pool's dialect, and every answer as one {@code Outcome}. */
@NullMarked
package dev.penstock.worker.pool;

import org.jspecify.annotations.NullMarked;
