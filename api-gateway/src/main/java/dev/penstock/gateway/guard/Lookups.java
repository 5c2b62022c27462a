package dev.penstock.gateway.guard;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Looks names up, so many at a time and only few of them for one tenant: names whose server doesn't answer hold up nobody
 * else's. A look-up can't be ended from outside, so it keeps its place until it ends by itself; who finds no place gives
 * up, and leaves nothing behind that would be done for nobody. Thread safe.
 */
final class Lookups {
    private static final int MOST = 32;
    private static final int MOST_OF_TENANT = 4;
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private final HostResolver resolver;
    private final int most;
    private final int mostOfTenant;
    private final Duration patience;
    /** Platform threads: a native call that hangs would pin a virtual thread's carrier. */
    private final ExecutorService threads = Executors
            .newCachedThreadPool(Thread.ofPlatform().daemon().name("resolver-", 0).factory());
    private final Map<String, Integer> byTenant = new HashMap<>();
    private int running;

    Lookups(HostResolver resolver) {
        this(resolver, MOST, MOST_OF_TENANT, PATIENCE);
    }

    /**
     * @param patience
     *            for a place, and once more for the answer
     */
    Lookups(HostResolver resolver, int most, int mostOfTenant, Duration patience) {
        this.resolver = resolver;
        this.most = most;
        this.mostOfTenant = mostOfTenant;
        this.patience = patience;
    }

    /**
     * The addresses of a host. Blocks, bounded.
     *
     * @throws UnknownHostException
     *             if there are none, or none could be found in time
     * @throws ResolverBusyException
     *             if there was no place for the look-up
     */
    List<InetAddress> addresses(String tenant, String host) throws UnknownHostException, ResolverBusyException {
        try {
            enter(tenant);
            FutureTask<List<InetAddress>> lookup = new FutureTask<>(() -> resolver.resolve(host));
            threads.execute(() -> {
                try {
                    lookup.run();
                } finally {
                    leave(tenant);
                }
            });
            return answer(lookup, host);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new ResolverBusyException();
        }
    }

    private List<InetAddress> answer(FutureTask<List<InetAddress>> lookup, String host)
            throws InterruptedException, UnknownHostException {
        try {
            return lookup.get(patience.toNanos(), TimeUnit.NANOSECONDS);
        } catch (ExecutionException | TimeoutException failure) {
            lookup.cancel(true);
            throw new UnknownHostException(host);
        }
    }

    private synchronized void enter(String tenant) throws InterruptedException, ResolverBusyException {
        long end = System.nanoTime() + patience.toNanos();
        while (running >= most || byTenant.getOrDefault(tenant, 0) >= mostOfTenant) {
            long left = end - System.nanoTime();
            if (left <= 0) {
                throw new ResolverBusyException();
            }
            TimeUnit.NANOSECONDS.timedWait(this, left);
        }
        running++;
        byTenant.merge(tenant, 1, Integer::sum);
    }

    private synchronized void leave(String tenant) {
        running--;
        byTenant.computeIfPresent(tenant, (_, count) -> count == 1 ? null : count - 1);
        notifyAll();
    }
}
