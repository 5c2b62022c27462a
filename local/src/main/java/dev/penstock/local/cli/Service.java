package dev.penstock.local.cli;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.function.IntSupplier;
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

    /**
     * The same for what may take long to stop.
     *
     * @param hurry
     *            makes the stop end at once; runs when the process is told to stop once more
     */
    static void runUntilStopped(String readyLine, IntSupplier stop, Runnable hurry) throws InterruptedException {
        // A JVM that is told to stop would exit with 143; halting from the hook makes a clean stop a 0.
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            SecondSignal.runs(hurry);
            Runtime.getRuntime().halt(stop.getAsInt());
        }, "stop"));
        System.out.println(readyLine);
        System.out.flush();
        new CountDownLatch(1).await();
    }
}
