package dev.penstock.local.pool;

/**
 * The sessions of a pool at one moment. {@code executing}, {@code pending} and {@code ready} are what Azure Monitor
 * calls the pool's pod counts.
 *
 * @param executing
 *            sessions with a request in flight
 * @param pending
 *            warm containers that are starting
 * @param ready
 *            warm containers that a new session can have at once
 * @param allocated
 *            sessions that hold a slot, busy or not
 * @param peakAllocated
 *            the most that ever held one at a time
 */
public record PoolGauges(int executing, int pending, int ready, int allocated, int peakAllocated) {}
