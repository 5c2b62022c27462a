package dev.penstock.local.cli;

import dev.penstock.worker.Worker;
import dev.penstock.worker.WorkerConfig;
import dev.penstock.worker.events.WorkerEvents;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Vertx;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** The job loop alone. */
@Command(name = "worker", mixinStandardHelpOptions = true, sortOptions = false, header = "Starts a worker: takes jobs as fast as its slots allow and runs them in the pool.%n")
final class WorkerCommand implements Callable<Integer> {

    @Override
    public Integer call() throws InterruptedException {
        WorkerConfig config = WorkerConfig.from(System.getenv());
        Vertx vertx = Vertx.vertx();
        Worker worker = Worker.start(vertx, config, new WorkerEvents(new SimpleMeterRegistry()));
        Service.runUntilStopped("penstock worker: ready", () -> {
            worker.close();
            vertx.close().await();
            return 0;
        });
        return 0;
    }
}
