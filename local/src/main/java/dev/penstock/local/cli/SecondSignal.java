package dev.penstock.local.cli;

import java.lang.reflect.Proxy;
import java.util.List;

/**
 * SIGTERM and SIGINT once the process is shutting down, when the JVM lets them pass unheard. The one class that can change
 * that is in no public API, and naming it is a warning that fails the build: hence the reflection.
 */
final class SecondSignal {
    private SecondSignal() {}

    /** From now on runs the action, on a thread of its own, for each of these signals. */
    static void runs(Runnable action) {
        try {
            Class<?> signal = Class.forName("sun.misc.Signal");
            Class<?> handler = Class.forName("sun.misc.SignalHandler");
            Object acting = Proxy.newProxyInstance(handler.getClassLoader(), new Class<?>[]{handler}, (_, _, _) -> {
                action.run();
                return null;
            });
            for (String name : List.of("TERM", "INT")) {
                signal.getMethod("handle", signal, handler)
                        .invoke(null, signal.getConstructor(String.class).newInstance(name), acting);
            }
        } catch (ReflectiveOperationException unknown) {
            // A JVM without the class, or one that is told to leave signals alone: then a stop takes its time.
        }
    }
}
