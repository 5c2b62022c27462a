package dev.penstock.local.cli;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.function.IntSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A started part of Penstock that stays until the process is told to stop. */
final class Service {
    private Service() {}

    /** A command's option that stands for an environment variable; {@code null} when it was not given. */
    record Overruled(String variable, @Nullable Object option) {
    }

    /** The process's environment, overruled by the options that were given. */
    static Map<String, String> environment(Overruled... options) {
        Map<String, String> environment = new HashMap<>(System.getenv());
        for (Overruled overruled : options) {
            if (overruled.option() != null) {
                environment.put(overruled.variable(), overruled.option().toString());
            }
        }
        return environment;
    }

    /**
     * Prints the ready line and blocks until SIGTERM or SIGINT; then stops the part and ends the process with the code
     * that stopping returned. Never returns.
     *
     * @param stop
     *            stops everything within a deadline of its own and returns the process's exit code
     */
    static void runUntilStopped(String readyLine, IntSupplier stop) throws InterruptedException {
        runUntilStopped(readyLine, stop, () -> {
        });
    }

    /** The same for what may take long to stop; see {@link Stops}. */
    static void runUntilStopped(String readyLine, IntSupplier stop, Runnable hurry) throws InterruptedException {
        startAndRunUntilStopped(readyLine, () -> new Stops(stop, hurry));
    }

    /**
     * How a part is stopped that may take long to.
     *
     * @param hurry
     *            makes the stop end at once; runs when the process is told to stop once more
     */
    record Stops(IntSupplier stop, Runnable hurry) {
    }

    /**
     * The same for a part that is to be started first. A signal that comes meanwhile stops it as soon as it has started.
     */
    static void startAndRunUntilStopped(String readyLine, Supplier<Stops> start) throws InterruptedException {
        var started = new CompletableFuture<Stops>();
        Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(started), "stop"));
        try {
            started.complete(start.get());
        } catch (RuntimeException | Error failed) {
            started.completeExceptionally(failed);
            throw failed;
        }
        System.out.println(readyLine);
        System.out.flush();
        new CountDownLatch(1).await();
    }

    /** A JVM that is told to stop would exit with 143; halting from the hook makes a clean stop a 0. */
    private static void stop(CompletableFuture<Stops> started) {
        SecondSignal.runs(() -> started.join().hurry().run());
        Stops part;
        try {
            part = started.join();
        } catch (CompletionException neverStarted) {
            // The process ends for that reason, with a code of its own.
            return;
        }
        Runtime.getRuntime().halt(part.stop().getAsInt());
    }
}
