package dev.penstock.servicebus;

import dev.penstock.servicebus.entity.Alarms;
import dev.penstock.servicebus.entity.Queue;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.file.FileSystemOptions;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** The one event-loop thread on which a broker lives: nothing in it needs a lock. */
final class BrokerLoop implements Alarms {
    private static final long CALL_DEADLINE_SECONDS = 30;
    private static final long LONGEST_TIMER_MILLIS = 3_600_000;

    private final InstantSource clock;
    private final Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1)
            .setWorkerPoolSize(1)
            .setInternalBlockingPoolSize(1)
            .setFileSystemOptions(
                    new FileSystemOptions().setClassPathResolvingEnabled(false).setFileCachingEnabled(false)));
    private final Context context = vertx.getOrCreateContext();
    private final Map<Queue, Long> timers = new HashMap<>();

    BrokerLoop(InstantSource clock) {
        this.clock = clock;
    }

    Vertx vertx() {
        return vertx;
    }

    Context context() {
        return context;
    }

    /** Runs on the loop, after what it is doing now; never once the loop is closed, as nobody is left to be told. */
    void execute(Runnable task) {
        try {
            context.runOnContext(_ -> task.run());
        } catch (RejectedExecutionException _) {
            // Closed meanwhile: the journal's threads end after the loop.
        }
    }

    void executeInASecond(Runnable task) {
        vertx.setTimer(1000, _ -> execute(task));
    }

    /** Runs on the loop and waits for the result; fails after half a minute, when the loop must be stuck. */
    <T> T call(Supplier<T> task) {
        return await(() -> Future.succeededFuture(task.get()));
    }

    /** Like {@link #call}, for what takes more than one turn of the loop. */
    <T> T await(Supplier<Future<T>> task) {
        var result = new CompletableFuture<T>();
        context.runOnContext(_ -> {
            try {
                task.get().onSuccess(result::complete).onFailure(result::completeExceptionally);
            } catch (RuntimeException e) {
                result.completeExceptionally(e);
            }
        });
        return join(result);
    }

    private static <T> T join(CompletableFuture<T> result) {
        try {
            return result.orTimeout(CALL_DEADLINE_SECONDS, TimeUnit.SECONDS).join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof RuntimeException cause ? cause : e;
        }
    }

    @Override
    public void wakeAt(Queue queue, long at) {
        long delay = Math.clamp(at - clock.millis(), 1, LONGEST_TIMER_MILLIS);
        var previous = timers.put(queue, vertx.setTimer(delay, _ -> {
            timers.remove(queue);
            queue.tick();
        }));
        if (previous != null) {
            vertx.cancelTimer(previous);
        }
    }

    void close() {
        join(vertx.close().toCompletionStage().toCompletableFuture());
    }
}
