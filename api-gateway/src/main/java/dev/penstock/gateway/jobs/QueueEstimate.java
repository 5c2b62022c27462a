package dev.penstock.gateway.jobs;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What is guessed of a job that waits.
 *
 * @param estimatedPosition
 *            its place in line, from 1
 * @param estimatedStart
 *            {@code null} when the service rate isn't known
 */
public record QueueEstimate(long estimatedPosition, @Nullable Instant estimatedStart) {
}
