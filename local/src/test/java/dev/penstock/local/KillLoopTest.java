package dev.penstock.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.penstock.gateway.Gateway;
import dev.penstock.gateway.process.GatewayConfig;
import dev.penstock.gateway.process.GatewayEvents;
import dev.penstock.local.pool.AnswerKind;
import dev.penstock.local.pool.LocalPool;
import dev.penstock.local.pool.PoolConfig;
import dev.penstock.local.pool.PoolEvents;
import dev.penstock.local.stack.LocalServiceBus;
import dev.penstock.servicebus.EmbeddedServiceBus;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Vertx;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Worker processes are killed, stopped, continued, drained and started while jobs run, on a pool that would admit twice as
 * many sessions as the workers may use. Repeat a run with {@code -Dpenstock.killLoop.seed=N}; make it longer with
 * {@code -Dpenstock.killLoop.jobs=N}.
 */
class KillLoopTest {
    private static final int JOBS = Integer.getInteger("penstock.killLoop.jobs", 2_000);
    private static final long SEED = Long.getLong("penstock.killLoop.seed", new Random().nextLong());
    private static final int SHOCKS = 16;
    private static final int MOST_WORKERS = 4;
    private static final int MAX_SESSIONS = 6;
    private static final String API_KEY = "pk_for-the-kill-loop";
    private static final Duration RUN = Duration.ofMillis(30);
    private static final Duration PATIENCE = Duration.ofMinutes(4);
    private static final Duration LEASE = Duration.ofSeconds(8);

    private final Random random = new Random(SEED);
    private final Map<Shock, Integer> happened = new EnumMap<>(Shock.class);
    private long firstStop;
    private final Deque<AutoCloseable> parts = new ArrayDeque<>();
    private final List<PenstockProcess> running = new ArrayList<>();
    private final List<PenstockProcess> stopped = new ArrayList<>();
    private final Map<String, String> settings = new HashMap<>(Map.of("PENSTOCK_SERVICEBUS_PORT", "0",
            "PENSTOCK_SERVICEBUS_KEY", "a2V5LW9mLXRoZS1raWxsLWxvb3A=",
            "PENSTOCK_POOL_PORT",
            "0", "PENSTOCK_POOL_TOKEN", "token", "PENSTOCK_GATEWAY_PORT", "0", "PENSTOCK_API_KEY", API_KEY,
            "PENSTOCK_SLOT_LOCK", LEASE.toSeconds() + "s", "PENSTOCK_JOB_LOCK", "8s"));

    @TempDir
    private Path folder = Path.of("");

    @AfterEach
    void stopAll() throws Exception {
        for (PenstockProcess worker : stopped) {
            worker.signal("CONT");
        }
        stopped.forEach(running::add);
        for (PenstockProcess worker : running) {
            worker.close();
        }
        while (!parts.isEmpty()) {
            parts.pop().close();
        }
        System.clearProperty("penstock.servicebus.behaviour");
    }

    @Test
    void no_job_is_lost_and_the_pool_never_over_full_while_workers_die() throws Exception {
        run("kind", JOBS);
    }

    /** In the mode of {@link dev.penstock.servicebus.wire.Behaviour#AZURE}: what users of Azure report of closing links and lost connections. */
    @Test
    void nor_when_the_broker_is_as_harsh_as_azure() throws Exception {
        run("azure", JOBS / 4);
    }

    private void run(String behaviour, int jobs) throws Exception {
        System.out.println("kill loop: seed " + SEED + ", " + jobs + " jobs");
        System.setProperty("penstock.servicebus.behaviour", behaviour);
        EmbeddedServiceBus broker = startBroker();
        LocalPool pool = startPool();
        Gateway gateway = startGateway();
        startWorker();
        try (ApiClient client = new ApiClient(URI.create("http://127.0.0.1:" + gateway.port()), API_KEY)) {
            List<String> ids = new ArrayList<>();
            for (int i = 0; i < jobs; i++) {
                ids.add(client.submit("bash", "echo " + i));
            }
            for (int shock = 1; shock <= SHOCKS; shock++) {
                long calls = (long) jobs * shock / (SHOCKS + 4);
                await().atMost(PATIENCE).until(() -> pool.stats().answered(AnswerKind.FORWARDED) >= calls);
                shock();
            }
            calm();
            for (int i = 0; i < jobs; i++) {
                JsonNode job = client.finished(ids.get(i));
                assertThat(job.path("status").asText()).as("%s", job).isEqualTo("succeeded");
                assertThat(job.at("/result/run/stdout/content").asText()).isEqualTo(i + "\n");
            }
        }
        assertThat(pool.stats().peakAllocated()).isLessThanOrEqualTo(MAX_SESSIONS);
        assertThat(pool.stats().answered(AnswerKind.FULL) + pool.stats().answered(AnswerKind.NOT_READY)).isZero();
        assertThat(broker.queue("jobs").counts().deadLettered()).isZero();
    }

    private enum Shock {
        START, KILL, STOP, CONTINUE, DRAIN
    }

    /** One of those that are possible and happened least often. */
    private void shock() throws Exception {
        List<Shock> possible = new ArrayList<>();
        if (running.size() + stopped.size() < MOST_WORKERS) {
            possible.add(Shock.START);
        } else {
            possible.addAll(List.of(Shock.KILL, Shock.STOP, Shock.DRAIN));
        }
        // The first one sleeps until the end, for longer than any lease.
        if (stopped.size() > 1) {
            possible.add(Shock.CONTINUE);
        }
        int least = possible.stream().mapToInt(this::times).min().orElseThrow();
        possible.removeIf(shock -> times(shock) > least);
        Shock shock = possible.get(random.nextInt(possible.size()));
        happened.merge(shock, 1, Integer::sum);
        happen(shock);
        if (running.isEmpty()) {
            startWorker();
        }
    }

    private int times(Shock shock) {
        return happened.getOrDefault(shock, 0);
    }

    private void happen(Shock shock) throws Exception {
        switch (shock) {
            case START -> startWorker();
            case KILL -> kill(victim());
            case STOP -> {
                PenstockProcess victim = victim();
                victim.signal("STOP");
                stopped.add(victim);
                firstStop = firstStop == 0 ? System.nanoTime() : firstStop;
            }
            case CONTINUE -> {
                PenstockProcess woken = stopped.removeLast();
                woken.signal("CONT");
                running.add(woken);
            }
            case DRAIN -> victim().terminate();
        }
    }

    private PenstockProcess victim() {
        return running.remove(random.nextInt(running.size()));
    }

    private static void kill(PenstockProcess victim) throws Exception {
        victim.kill();
        victim.exitCode();
    }

    /** Back to one worker; those that were stopped wake to leases that are long gone. */
    private void calm() throws Exception {
        assertThat(happened).containsOnlyKeys(Shock.values());
        await().atMost(PATIENCE).until(() -> System.nanoTime() - firstStop > LEASE.toNanos());
        for (PenstockProcess worker : stopped) {
            worker.signal("CONT");
            running.add(worker);
        }
        stopped.clear();
        while (running.size() > 1) {
            running.removeLast().terminate();
        }
    }

    private EmbeddedServiceBus startBroker() {
        settings.put("PENSTOCK_SERVICEBUS_DATA", folder.resolve("servicebus").toString());
        EmbeddedServiceBus broker = LocalServiceBus.start(settings);
        parts.push(broker);
        settings.put("PENSTOCK_SERVICEBUS_CONNECTION_STRING", broker.connectionString());
        return broker;
    }

    private LocalPool startPool() throws InterruptedException {
        EchoSession session = new EchoSession(RUN);
        parts.push(session);
        Vertx vertx = Vertx.vertx();
        parts.push(() -> vertx.close().await());
        Map<String, String> generous = new HashMap<>(settings);
        generous.put("PENSTOCK_POOL_TARGET", session.endpoint().toString());
        generous.put("PENSTOCK_POOL_MAX_SESSIONS", String.valueOf(2 * MAX_SESSIONS));
        generous.put("PENSTOCK_POOL_READY_SESSIONS", String.valueOf(2 * MAX_SESSIONS - 1));
        LocalPool pool = LocalPool.start(vertx, PoolConfig.from(generous), new PoolEvents());
        parts.push(pool);
        settings.put("PENSTOCK_POOL_ENDPOINT", pool.endpoint());
        settings.put("PENSTOCK_POOL_MAX_SESSIONS", String.valueOf(MAX_SESSIONS));
        settings.put("PENSTOCK_POOL_CONNECT_TIMEOUT", "1s");
        return pool;
    }

    private Gateway startGateway() {
        settings.put("PENSTOCK_STORE", folder.resolve("jobs.db").toString());
        Vertx vertx = Vertx.vertx();
        parts.push(() -> vertx.close().await());
        Gateway gateway = Gateway.start(vertx, GatewayConfig.from(settings),
                new GatewayEvents(new SimpleMeterRegistry()));
        parts.push(gateway);
        return gateway;
    }

    private void startWorker() throws Exception {
        running.add(PenstockProcess.start(settings, "worker"));
    }
}
