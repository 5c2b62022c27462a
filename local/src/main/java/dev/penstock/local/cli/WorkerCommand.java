package dev.penstock.local.cli;

import dev.penstock.worker.Management;
import dev.penstock.worker.Worker;
import dev.penstock.worker.WorkerConfig;
import dev.penstock.worker.events.WorkerEvents;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.Vertx;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** The job loop alone. */
@Command(name = "worker", mixinStandardHelpOptions = true, sortOptions = false, header = "Starts a worker: takes jobs as fast as its slots allow and runs them in the pool.", exitCodeListHeading = "%nExit codes:%n", exitCodeList = {
        " 0:stopped; every running job had ended",
        "75:stopped at the drain time-out, or at once by a second SIGTERM or SIGINT; running jobs were sent back to the queue",
        "78:wrong settings"})
final class WorkerCommand implements Callable<Integer> {

    @Override
    public Integer call() throws InterruptedException {
        WorkerConfig config = WorkerConfig.from(System.getenv());
        Service.startAndRunUntilStopped("penstock worker: ready", () -> started(config));
        return 0;
    }

    private static Service.Stops started(WorkerConfig config) {
        Vertx vertx = Vertx.vertx();
        var meters = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        Worker worker = Worker.start(vertx, config, new WorkerEvents(meters));
        Optional<Management> management = config.managementPort()
                .map(port -> Management.start(vertx, config.managementHost(), port, worker, meters));
        return new Service.Stops(() -> {
            management.ifPresent(Management::stop);
            boolean clean = worker.drain(config.drainTimeout());
            vertx.close().await();
            return clean ? 0 : Penstock.EXIT_CUT_SHORT;
        }, worker::hurry);
    }
}
