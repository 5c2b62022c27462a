package dev.penstock.servicebus.journal;

import java.util.concurrent.Executor;

/**
 * Where a log's work is done.
 *
 * @param loop the broker's loop: a task runs after the current one
 * @param retry the broker's loop, after a pause
 * @param writer one thread that may block on the disk
 * @param snapshotter another one
 */
public record LogExecutors(Executor loop, Executor retry, Executor writer, Executor snapshotter) {
}
