package dev.penstock.local.stack;

import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** The started parts of a stack. Parts start side by side and stop one after the other, in the order of {@link Part}. */
final class Parts implements AutoCloseable {
    /** In the order in which they stop: whoever hands work on stops before who takes it. */
    enum Part {
        WORKER, GATEWAY, POOL, SESSION, SERVICE_BUS, VERTX, DATA
    }

    private final ExecutorService starters = Executors.newVirtualThreadPerTaskExecutor();
    private final Map<Part, AutoCloseable> started = new EnumMap<>(Part.class);

    /** Starts a part on a thread of its own. */
    <T extends AutoCloseable> CompletableFuture<T> start(Part part, Callable<T> start) {
        return CompletableFuture.supplyAsync(() -> {
            try {
                return add(part, start.call());
            } catch (Exception failed) {
                throw new CompletionException(failed);
            }
        }, starters);
    }

    /** Takes over a part that already runs. */
    <T extends AutoCloseable> T add(Part part, T running) {
        synchronized (started) {
            started.put(part, running);
        }
        return running;
    }

    /** Waits until the part runs; its failure to start is thrown as it was. */
    static <T> T running(CompletableFuture<T> starting) {
        try {
            return starting.join();
        } catch (CompletionException wrapped) {
            if (wrapped.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw new IllegalStateException("a part did not start: " + wrapped.getCause(), wrapped.getCause());
        }
    }

    /**
     * Waits for parts that are still starting, then stops all, each whatever became of those before it.
     *
     * @throws IllegalStateException
     *             naming the first part that did not stop, after all others have been stopped
     */
    @Override
    public void close() {
        starters.close();
        IllegalStateException failure = null;
        synchronized (started) {
            for (Map.Entry<Part, AutoCloseable> part : started.entrySet()) {
                try {
                    part.getValue().close();
                } catch (Exception failed) {
                    IllegalStateException next = new IllegalStateException(part.getKey() + " did not stop", failed);
                    if (failure == null) {
                        failure = next;
                    } else {
                        failure.addSuppressed(next);
                    }
                }
            }
            started.clear();
        }
        if (failure != null) {
            throw failure;
        }
    }
}
