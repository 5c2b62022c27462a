package dev.penstock.local.cli;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;

/** A started part of Penstock that stays until the process is told to stop. */
final class Service {
    private Service() {}

    /** The process's environment, with one variable overruled by an option where that was given. */
    static Map<String, String> environment(String variable, @Nullable Object option) {
        Map<String, String> environment = new HashMap<>(System.getenv());
        if (option != null) {
            environment.put(variable, option.toString());
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
        // A JVM that is told to stop would exit with 143; halting from the hook makes a clean stop a 0.
        Runtime.getRuntime().addShutdownHook(new Thread(() -> Runtime.getRuntime().halt(stop.getAsInt()), "stop"));
        System.out.println(readyLine);
        System.out.flush();
        new CountDownLatch(1).await();
    }
}
