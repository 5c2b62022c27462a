package dev.penstock.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Parts of Penstock, each a process of its own, go away and come back while jobs run. Afterwards no job was lost, failed or
 * dead-lettered, the pool was never over-full, and every slot is at work again. All outages:
 * {@code -Dpenstock.outages=all}.
 */
class OutagesTest {
    private static final Duration PATIENCE = Duration.ofMinutes(3);
    private static final int JOBS = 12;
    private static final int ATTEMPTS = 4;

    private Installation penstock;
    private ApiClient client;
    private List<String> jobs = List.of();
    private int sessionsAtMost;

    @TempDir
    private Path folder = Path.of("");

    /** What happens. */
    enum Outage {
        ALL_WORKERS_ARE_KILLED {
            @Override
            void strike(OutagesTest test) throws Exception {
                test.penstock.killWorkers();
                test.startWorkers();
            }
        },
        ALL_WORKERS_ARE_STOPPED_BEYOND_THEIR_LEASES {
            @Override
            void strike(OutagesTest test) throws Exception {
                sleepThrough(test.penstock.workers());
            }
        },
        ONE_WORKER_IS_STOPPED_BEYOND_ITS_LEASES {
            @Override
            void strike(OutagesTest test) throws Exception {
                sleepThrough(test.penstock.workers().subList(0, 1));
            }
        },
        THE_BROKER_IS_KILLED {
            @Override
            void strike(OutagesTest test) throws Exception {
                test.penstock.kill("servicebus");
                test.penstock.restart("servicebus");
            }
        },
        THE_BROKER_IS_AWAY_FOR_LONGER_THAN_A_LOCK {
            @Override
            void strike(OutagesTest test) throws Exception {
                test.penstock.kill("servicebus");
                outlast();
                test.penstock.restart("servicebus");
            }
        },
        THE_POOL_IS_KILLED_AND_LOSES_ALL_SESSIONS {
            @Override
            void strike(OutagesTest test) throws Exception {
                test.notePeak();
                test.penstock.kill("pool");
                test.penstock.restart("pool");
            }
        },
        THE_POOL_IS_AWAY_FOR_MORE_TRIES_THAN_A_JOB_HAS_ATTEMPTS {
            @Override
            void strike(OutagesTest test) throws Exception {
                test.notePeak();
                test.penstock.kill("pool");
                test.awaitMoreRequeuesThanAttempts();
                test.penstock.restart("pool");
            }
        },
        THE_GATEWAY_IS_KILLED {
            @Override
            void strike(OutagesTest test) throws Exception {
                test.penstock.kill("gateway");
                test.penstock.restart("gateway");
            }
        },
        THE_NETWORK_TO_THE_BROKER_FALLS_SILENT_FOR_LONGER_THAN_A_LOCK {
            @Override
            void strike(OutagesTest test) throws Exception {
                test.penstock.wire().hold();
                outlast();
                test.penstock.wire().mend();
            }
        },
        THE_NETWORK_TO_THE_BROKER_IS_CUT_FOR_LONGER_THAN_A_LOCK {
            @Override
            void strike(OutagesTest test) throws Exception {
                test.penstock.wire().cut();
                test.penstock.kill("gateway");
                outlast();
                test.penstock.restart("gateway");
                test.penstock.wire().mend();
            }
        };

        abstract void strike(OutagesTest test) throws Exception;

        private static void sleepThrough(List<PenstockProcess> workers) throws Exception {
            for (PenstockProcess worker : workers) {
                worker.signal("STOP");
            }
            outlast();
            for (PenstockProcess worker : workers) {
                worker.signal("CONT");
            }
        }

        /** The outage itself, not a wait for anything. */
        private static void outlast() throws InterruptedException {
            Thread.sleep(Installation.LOCK.plusSeconds(4));
        }
    }

    @BeforeEach
    void start() throws Exception {
        penstock = new Installation(folder,
                Map.of("PENSTOCK_MAX_ATTEMPTS", String.valueOf(ATTEMPTS), "PENSTOCK_REQUEUE_MAX_DELAY", "2s"));
        client = penstock.client();
        startWorkers();
    }

    @AfterEach
    void stop() throws Exception {
        client.close();
        penstock.close();
    }

    /** Broker and pool at once, and the workers go on. */
    @Test
    void broker_and_pool_are_killed_at_once() throws Exception {
        jobs = runSome();
        notePeak();
        penstock.kill("servicebus");
        penstock.kill("pool");
        penstock.restart("servicebus");
        penstock.restart("pool");
        nothingIsLost();
    }

    @EnabledIfSystemProperty(named = "penstock.outages", matches = "all", disabledReason = "takes minutes; -Dpenstock.outages=all")
    @ParameterizedTest(name = "{0}")
    @EnumSource
    void whatever_goes_away_comes_back(Outage outage) throws Exception {
        jobs = runSome();
        outage.strike(this);
        nothingIsLost();
    }

    private void startWorkers() throws Exception {
        penstock.startWorker();
        penstock.startWorker();
    }

    /** Jobs of which some run now and most still wait. */
    private List<String> runSome() throws Exception {
        List<String> jobs = new ArrayList<>();
        for (int i = 0; i < JOBS; i++) {
            jobs.add(client.submit("bash", "sleep 0.5; echo " + i));
        }
        await().atMost(PATIENCE).until(() -> penstock.allocated() == Installation.SLOTS);
        return jobs;
    }

    private void notePeak() throws Exception {
        sessionsAtMost = Math.max(sessionsAtMost, penstock.poolStats().at("/sessions/peakAllocated").asInt());
    }

    private void awaitMoreRequeuesThanAttempts() {
        await().atMost(PATIENCE).until(() -> {
            for (String id : jobs) {
                if (client.job(id).path("requeues").asInt() > ATTEMPTS) {
                    return true;
                }
            }
            return false;
        });
    }

    private void nothingIsLost() throws Exception {
        for (int i = 0; i < jobs.size(); i++) {
            JsonNode job = client.finished(jobs.get(i));
            assertThat(job.path("status").asText()).as("%s", job).isEqualTo("succeeded");
            assertThat(job.at("/result/run/stdout/content").asText()).as("%s", job).isEqualTo(i + "\n");
        }
        List<String> more = runSome();
        notePeak();
        assertThat(sessionsAtMost).isBetween(Installation.SLOTS, Installation.MAX_SESSIONS);
        for (String id : more) {
            JsonNode job = client.finished(id);
            assertThat(job.path("status").asText()).as("%s", job).isEqualTo("succeeded");
        }
        assertThat(penstock.anyJobIsDeadLettered()).isFalse();
    }
}
