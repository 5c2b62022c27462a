package dev.penstock.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.azure.messaging.servicebus.ServiceBusClientBuilder;
import com.azure.messaging.servicebus.ServiceBusReceiverClient;
import com.fasterxml.jackson.databind.JsonNode;
import dev.penstock.local.pool.Fault;
import dev.penstock.local.pool.FaultRule;
import dev.penstock.local.stack.LocalStack;
import dev.penstock.local.stack.StackConfig;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** A pool that answers nothing but 429 for a long time, and then has room. */
class FullPoolTest {
    private static final int SLOTS = 4;
    private static final int REQUEUES = 20;
    /** By then all classes are loaded. */
    private static final int WARMED_UP = 5;
    private static final int BACKLOG = 16;
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final Duration RUN = Duration.ofMillis(500);
    private static final Duration LOOK = Duration.ofMillis(200);
    private static final Map<String, String> SETTINGS = Map.of("PENSTOCK_SLOTS", String.valueOf(SLOTS),
            "PENSTOCK_POOL_MAX_SESSIONS", String.valueOf(SLOTS + 2), "PENSTOCK_POOL_READY_SESSIONS",
            String.valueOf(SLOTS + 1), "PENSTOCK_REQUEUE_DELAY", "300ms", "PENSTOCK_REQUEUE_MAX_DELAY", "300ms",
            "PENSTOCK_POOL_CONFIRM_INTERVAL", "20ms");

    @Test
    void twenty_requeues_cost_no_job_no_delivery_and_no_processor_and_then_every_slot_is_at_work() throws Exception {
        try (EchoSession session = new EchoSession(RUN);
                LocalStack full = LocalStack.start(StackConfig.temporary(on(session)));
                ApiClient frontend = new ApiClient(full.gateway(), full.apiKey())) {
            full.pool().faults().add(FaultRule.always(new Fault.Busy(429)));
            List<String> ids = submit(frontend, 1);
            awaitRequeues(frontend, ids, WARMED_UP);
            Load load = Load.now();
            awaitRequeues(frontend, ids, REQUEUES);
            assertThat(load.coresSince()).as("cores in use by the whole of Penstock").isLessThan(0.5);

            ids.addAll(submit(frontend, BACKLOG));
            assertThat(deliveryCounts(full)).hasSizeGreaterThanOrEqualTo(ids.size()).containsOnly(0L);
            assertThat(full.pool().stats().executing()).isZero();
            full.pool().faults().clear();
            await().atMost(PATIENCE).until(() -> full.pool().stats().executing() == SLOTS);
            for (String id : ids) {
                JsonNode job = frontend.finished(id);
                assertThat(job.path("status").asText()).as("%s", job).isEqualTo("succeeded");
                assertThat(job.path("attempt").asInt()).as("%s", job).isEqualTo(1);
            }
            assertThat(full.serviceBus().queue("jobs").counts().deadLettered()).isZero();
        }
    }

    private static Map<String, String> on(EchoSession session) {
        Map<String, String> settings = new HashMap<>(SETTINGS);
        settings.put("PENSTOCK_POOL_TARGET", session.endpoint().toString());
        return settings;
    }

    private static List<String> submit(ApiClient frontend, int jobs) throws Exception {
        List<String> ids = new ArrayList<>();
        for (int i = 0; i < jobs; i++) {
            ids.add(frontend.submit("bash", "echo hi"));
        }
        return ids;
    }

    private static void awaitRequeues(ApiClient frontend, List<String> ids, int requeues) {
        await().atMost(PATIENCE).pollInterval(LOOK).until(() -> {
            for (String id : ids) {
                if (frontend.job(id).path("requeues").asInt() < requeues) {
                    return false;
                }
            }
            return true;
        });
    }

    /** Of the jobs' messages, be they scheduled, waiting or locked. */
    private static List<Long> deliveryCounts(LocalStack full) {
        try (ServiceBusReceiverClient browser = new ServiceBusClientBuilder()
                .connectionString(full.serviceBusConnectionString())
                .receiver()
                .queueName("jobs")
                .buildClient()) {
            return browser.peekMessages(100).stream().map(message -> message.getDeliveryCount()).toList();
        }
    }

    /** How busy the threads of this process are, in which all of Penstock runs; the JVM's own, which compile, don't count. */
    private record Load(long wallNanos, long cpuNanos) {
        static Load now() {
            ThreadMXBean threads = ManagementFactory.getThreadMXBean();
            long cpu = LongStream.of(threads.getAllThreadIds()).map(threads::getThreadCpuTime).filter(t -> t > 0).sum();
            return new Load(System.nanoTime(), cpu);
        }

        double coresSince() {
            Load later = now();
            return (double) (later.cpuNanos - cpuNanos) / (later.wallNanos - wallNanos);
        }
    }
}
