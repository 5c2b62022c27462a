package dev.penstock.local.cli;

import dev.penstock.worker.Worker;
import dev.penstock.worker.WorkerConfig;
import dev.penstock.worker.events.WorkerEvents;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Vertx;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** The job loop alone. */
@Command(name = "worker", mixinStandardHelpOptions = true, sortOptions = false, header = "Starts a worker: takes jobs as fast as its slots allow and runs them in the pool.", exitCodeListHeading = "%nExit codes:%n", exitCodeList = {
        " 0:stopped; every running job had ended",
        "75:stopped at the drain time-out; running jobs were sent back to the queue", "78:wrong settings"})
final class WorkerCommand implements Callable<Integer> {

    @Override
    public Integer call() throws InterruptedException {
        WorkerConfig config = WorkerConfig.from(System.getenv());
        Vertx vertx = Vertx.vertx();
        Worker worker = Worker.start(vertx, config, new WorkerEvents(new SimpleMeterRegistry()));
        Service.runUntilStopped("penstock worker: ready", () -> {
            boolean clean = worker.drain(config.drainTimeout());
            vertx.close().await();
            return clean ? 0 : Penstock.EXIT_CUT_SHORT;
        });
        return 0;
    }
}
