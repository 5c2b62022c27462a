package dev.penstock.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.penstock.contracts.Queues;
import dev.penstock.local.stack.EmulatorConfigFile;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The gateway's process, and sometimes the broker's, is killed at chosen steps and at random times while frontends submit:
 * what was promised ends once, every idempotency key can be used again, every webhook comes under one id. Repeat a run with
 * {@code -Dpenstock.gatewayKill.seed=N}; make it longer with {@code -Dpenstock.gatewayKill.rounds=N}.
 */
class GatewayKillTest {
    private static final long SEED = Long.getLong("penstock.gatewayKill.seed", new Random().nextLong());
    private static final int ROUNDS = Integer.getInteger("penstock.gatewayKill.rounds", 4);
    private static final Duration STALL = Duration
            .ofSeconds(Integer.getInteger("penstock.gatewayKill.stallSeconds", 2));
    /** Where a promise given could be lost, or kept twice. */
    private static final List<Shock> ALWAYS = List.of(Shock.BETWEEN_INSERT_AND_SEND,
            Shock.BETWEEN_SEND_AND_CONFIRMATION, Shock.BETWEEN_RESULT_AND_WEBHOOK);
    private static final int FRONTENDS = 4;
    private static final int MOST_FRAMES = 20;
    private static final int MOST_REQUESTS = 20;
    /** What a gateway held when it died, or while it stalled, is given to the next one after so long. */
    private static final Duration LOCK = Duration.ofSeconds(5);
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final String API_KEY = "pk_for-the-gateway-kill-loop";
    private static final String BROKER_KEY = "a2V5LW9mLXRoZS1raWxsLWxvb3A=";

    private final Random random = new Random(SEED);
    private final Deque<AutoCloseable> parts = new ArrayDeque<>();
    private final List<InsistentFrontend> frontends = new ArrayList<>();
    private final Map<String, String> gatewaySettings = new HashMap<>();
    private final Map<String, String> brokerSettings = new HashMap<>();
    private final int gatewayPort = FreePort.find();
    private volatile PenstockProcess gateway;
    private volatile PenstockProcess broker;
    private AmqpTap tap;
    private HookReceiver hooks;

    @TempDir
    private Path folder = Path.of("");

    /** Where a crash happens. */
    private enum Shock {
        BETWEEN_INSERT_AND_SEND, BETWEEN_SEND_AND_CONFIRMATION, AS_A_RESULT_ARRIVES, BETWEEN_RESULT_AND_SETTLING, //
        BETWEEN_RESULT_AND_WEBHOOK, DURING_A_WEBHOOK, AFTER_A_WEBHOOK, BETWEEN_WEBHOOK_AND_SETTLING, //
        AT_ANY_TIME, BROKER_AT_ANY_TIME, GATEWAY_STALLS
    }

    @BeforeEach
    void start() throws IOException {
        int brokerPort = FreePort.find();
        Path queues = folder.resolve("queues.json");
        Files.writeString(queues, EmulatorConfigFile.of(Queues.unprefixed())
                .replaceAll("\"LockDuration\" : \"[^\"]*\"", "\"LockDuration\" : \"" + LOCK + "\""));
        brokerSettings.putAll(Map.of("PENSTOCK_SERVICEBUS_PORT", String.valueOf(brokerPort),
                "PENSTOCK_SERVICEBUS_KEY", BROKER_KEY, "PENSTOCK_SERVICEBUS_DATA",
                folder.resolve("servicebus").toString(), "PENSTOCK_SERVICEBUS_CONFIG", queues.toString()));
        startBroker();
        parts.push(() -> broker.close());
        tap = new AmqpTap(brokerPort);
        parts.push(tap);
        hooks = new HookReceiver();
        parts.push(hooks);
        parts.push(new AnsweringWorker(connectionString(brokerPort)));
        gatewaySettings.putAll(Map.of("PENSTOCK_SERVICEBUS_CONNECTION_STRING", connectionString(tap.port()),
                "PENSTOCK_GATEWAY_PORT", String.valueOf(gatewayPort), "PENSTOCK_STORE",
                folder.resolve("jobs.db").toString(), "PENSTOCK_API_KEY", API_KEY, "PENSTOCK_SEND_TIMEOUT", "2s",
                "PENSTOCK_UPKEEP_INTERVAL", "300ms", "PENSTOCK_SECRET_KEY",
                "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=", "PENSTOCK_WEBHOOK_ALLOW_HTTP", "true",
                "PENSTOCK_WEBHOOK_ALLOWED_RANGES", "127.0.0.0/8", "PENSTOCK_WEBHOOK_LOST_AFTER", "5s"));
        startGateway();
        parts.push(() -> gateway.close());
    }

    @AfterEach
    void stopAll() throws Exception {
        frontends.forEach(InsistentFrontend::close);
        while (!parts.isEmpty()) {
            parts.pop().close();
        }
    }

    @Test
    void what_was_promised_ends_once_whenever_the_gateway_dies() throws Exception {
        System.out.println("gateway kill loop: seed " + SEED + ", " + ROUNDS + " rounds");
        URI url = URI.create("http://127.0.0.1:" + gatewayPort);
        for (int i = 0; i < FRONTENDS; i++) {
            frontends.add(new InsistentFrontend("f" + i, url, API_KEY, hooks.url(), new Random(random.nextLong())));
        }
        for (Shock shock : shocks()) {
            System.out.println("gateway kill loop: " + shock);
            shock(shock);
        }
        for (InsistentFrontend frontend : frontends) {
            frontend.stop();
        }
        try (ApiClient client = new ApiClient(url, API_KEY)) {
            for (InsistentFrontend frontend : frontends) {
                new Reckoning(client, hooks).settle(frontend);
            }
        }
    }

    /** The windows that matter most always, however few the rounds; then each kind once before any comes again. */
    private List<Shock> shocks() {
        List<Shock> shocks = new ArrayList<>(ALWAYS);
        Collections.shuffle(shocks, random);
        List<Shock> others = new ArrayList<>(List.of(Shock.values()));
        others.removeAll(ALWAYS);
        Collections.shuffle(others, random);
        shocks.addAll(others);
        while (shocks.size() < ROUNDS) {
            List<Shock> all = new ArrayList<>(List.of(Shock.values()));
            Collections.shuffle(all, random);
            shocks.addAll(all);
        }
        return shocks.subList(0, Math.max(ROUNDS, ALWAYS.size()));
    }

    private void shock(Shock shock) throws Exception {
        switch (shock) {
            case BETWEEN_INSERT_AND_SEND -> killAt(AmqpTap.Moment.JOB_SENT);
            case BETWEEN_SEND_AND_CONFIRMATION -> killAt(AmqpTap.Moment.JOB_CONFIRMED);
            case AS_A_RESULT_ARRIVES -> killAt(AmqpTap.Moment.RESULT_ARRIVED);
            case BETWEEN_RESULT_AND_SETTLING -> killAt(AmqpTap.Moment.RESULT_SETTLED);
            case BETWEEN_RESULT_AND_WEBHOOK -> killAt(AmqpTap.Moment.WEBHOOK_SENT);
            case BETWEEN_WEBHOOK_AND_SETTLING -> killAt(AmqpTap.Moment.WEBHOOK_SETTLED);
            case DURING_A_WEBHOOK -> killWhen(hooks::insteadOfAnswer);
            case AFTER_A_WEBHOOK -> killWhen(hooks::afterAnswer);
            case AT_ANY_TIME -> {
                anyTime();
                gateway.kill();
                restartGateway();
            }
            case BROKER_AT_ANY_TIME -> {
                anyTime();
                broker.kill();
                broker.exitCode();
                anyTime();
                startBroker();
            }
            case GATEWAY_STALLS -> {
                // The stall itself, not a wait for anything.
                gateway.signal("STOP");
                Thread.sleep(STALL);
                gateway.signal("CONT");
            }
        }
    }

    private void killAt(AmqpTap.Moment moment) throws Exception {
        int n = 1 + random.nextInt(MOST_FRAMES);
        killWhen(action -> tap.trap(moment, n, action));
    }

    private void killWhen(Trigger trigger) throws Exception {
        CountDownLatch killed = new CountDownLatch(1);
        trigger.arm(() -> {
            gateway.kill();
            killed.countDown();
        });
        assertThat(killed.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)).as("the moment came").isTrue();
        restartGateway();
    }

    private interface Trigger {
        void arm(Runnable action);
    }

    /** A random number of requests later; those that fail count, since without a broker none succeeds any more. */
    private void anyTime() {
        int then = requests() + random.nextInt(MOST_REQUESTS);
        await().atMost(PATIENCE).until(() -> requests() >= then);
    }

    private int requests() {
        return frontends.stream().mapToInt(InsistentFrontend::requests).sum();
    }

    private void startBroker() throws IOException {
        broker = PenstockProcess.start(brokerSettings, "servicebus");
        assertThat(broker.readyLine()).contains("ready");
    }

    private void startGateway() throws IOException {
        gateway = PenstockProcess.start(gatewaySettings, "gateway");
        assertThat(gateway.readyLine()).contains("ready");
    }

    private void restartGateway() throws IOException, InterruptedException {
        gateway.exitCode();
        startGateway();
    }

    private static String connectionString(int port) {
        return "Endpoint=sb://127.0.0.1:" + port + ";SharedAccessKeyName=RootManageSharedAccessKey;SharedAccessKey="
                + BROKER_KEY + ";UseDevelopmentEmulator=true";
    }
}
