/** What the worker tells its operators: one listener that logs and counts. */
@NullMarked
package dev.penstock.worker.events;

import org.jspecify.annotations.NullMarked;
