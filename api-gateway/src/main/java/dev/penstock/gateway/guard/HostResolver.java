package dev.penstock.gateway.guard;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Host names to addresses. */
public interface HostResolver {
    /**
     * All addresses of a host. Blocks, bounded.
     *
     * @throws UnknownHostException
     *             if it has none, or none could be found in time
     */
    List<InetAddress> resolve(String host) throws UnknownHostException;

    /** The system's, on platform threads: a native call that hangs would pin a virtual thread's carrier. */
    static HostResolver system() {
        int threads = 8;
        long timeoutSeconds = 5;
        ExecutorService executor = Executors.newFixedThreadPool(threads,
                Thread.ofPlatform().daemon().name("resolver-", 0).factory());
        return host -> {
            try {
                return CompletableFuture.supplyAsync(() -> lookUp(host), executor)
                        .get(timeoutSeconds, TimeUnit.SECONDS);
            } catch (ExecutionException | TimeoutException failure) {
                throw new UnknownHostException(host);
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
                throw new UnknownHostException(host);
            }
        };
    }

    private static List<InetAddress> lookUp(String host) {
        try {
            return List.of(InetAddress.getAllByName(host));
        } catch (UnknownHostException nowhere) {
            return List.of();
        }
    }
}
