package dev.penstock.local.cli;

import dev.penstock.local.pool.LocalPool;
import dev.penstock.local.pool.PoolConfig;
import dev.penstock.local.pool.PoolEvents;
import io.vertx.core.Vertx;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The local session pool alone. */
@Command(name = "pool", mixinStandardHelpOptions = true, sortOptions = false, header = "Starts a local session pool that behaves like one of Azure Container Apps.")
final class PoolCommand implements Callable<Integer> {
    @Option(names = "--port", paramLabel = "P", description = "Port to listen on (default: PENSTOCK_POOL_PORT or 8081; 0: a free one).")
    private @Nullable Integer port;

    @Override
    public Integer call() throws InterruptedException {
        PoolConfig config = PoolConfig.from(Service.environment(new Service.Overruled("PENSTOCK_POOL_PORT", port)));
        Vertx vertx = Vertx.vertx();
        LocalPool pool = LocalPool.start(vertx, config, new PoolEvents());
        Service.runUntilStopped("penstock pool: ready at " + pool.endpoint(), () -> {
            pool.close();
            vertx.close().await();
            return 0;
        });
        return 0;
    }
}
