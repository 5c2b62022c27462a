package dev.penstock.gateway.process;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * A loop that can't die: runs its step on a virtual thread of its own, pauses, and runs it again, whatever the step
 * throws.
 */
public final class Loop {
    private static final Duration LONGEST_STEP_AFTER_STOP = Duration.ofSeconds(15);

    private final String name;
    private final Duration pause;
    private final GatewayEvents events;
    private final Step step;
    private final CountDownLatch stop = new CountDownLatch(1);
    private final Thread thread;

    private Loop(String name, Duration pause, GatewayEvents events, Step step) {
        this.name = name;
        this.pause = pause;
        this.events = events;
        this.step = step;
        this.thread = Thread.ofVirtual().name(name).unstarted(this::runUntilStopped);
    }

    /** Starts with a step at once. */
    public static Loop start(String name, Duration pause, GatewayEvents events, Step step) {
        Loop loop = new Loop(name, pause, events, step);
        loop.thread.start();
        return loop;
    }

    /** Ends after the step in hand; waits for that one, bounded. */
    public void stop() throws InterruptedException {
        stop.countDown();
        thread.join(LONGEST_STEP_AFTER_STOP);
    }

    private void runUntilStopped() {
        try {
            do {
                runOnce();
            } while (!stop.await(pause.toMillis(), TimeUnit.MILLISECONDS));
        } catch (InterruptedException nobodyDoesThis) {
            events.loopFailed(name, nobodyDoesThis);
        }
    }

    /** Catches errors too: a loop that ended silently would leave jobs open for ever. */
    private void runOnce() {
        try {
            step.run();
        } catch (Throwable failure) {
            events.loopFailed(name, failure);
        }
    }

    /** One round; every wait in it has a deadline. */
    public interface Step {
        void run() throws Exception;
    }
}
