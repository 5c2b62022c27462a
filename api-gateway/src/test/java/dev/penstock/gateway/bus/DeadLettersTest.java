package dev.penstock.gateway.bus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.azure.messaging.servicebus.ServiceBusMessage;
import dev.penstock.gateway.Caller;
import dev.penstock.gateway.FakeWorker;
import dev.penstock.gateway.GatewayFixture;
import dev.penstock.servicebus.entity.Condition;
import dev.penstock.servicebus.faults.Fault;
import dev.penstock.servicebus.faults.FaultPoint;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the broker gave up on stays there for operators, but not what a caller had erased. */
class DeadLettersTest {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final String JOB = "{\"language\":\"python\",\"code\":\"1\"}";

    @TempDir
    private Path folder;

    private volatile Duration passed = Duration.ZERO;
    private GatewayFixture fixture;
    private FakeWorker worker;
    private Caller caller;

    @BeforeEach
    void start() {
        fixture = GatewayFixture.start(folder, Map.of(), () -> Instant.now().plus(passed));
        worker = fixture.worker();
        caller = fixture.caller();
    }

    @AfterEach
    void stop() {
        worker.close();
        fixture.close();
    }

    @Test
    void the_code_of_a_job_that_was_erased_first_does_not_stay_among_the_dead_letters() {
        String erased = submit();
        var message = worker.receive();
        erase(erased);
        worker.deadLetter(message);

        await().atMost(PATIENCE).until(() -> removed() == 1);
        assertThat(worker.deadJobs()).isEmpty();
    }

    @Test
    void a_dead_letter_goes_when_its_job_is_erased_later_and_those_around_it_stay() {
        List<String> jobs = Stream.generate(this::died).limit(3).toList();
        erase(jobs.get(1));
        passed = Duration.ofMinutes(11);

        await().atMost(PATIENCE).until(() -> removed() == 1);
        assertThat(worker.deadJobs()).containsExactly(jobs.get(0), jobs.get(2));
    }

    @Test
    void an_unreadable_result_of_an_erased_job_goes_and_rubbish_stays() {
        String id = submit();
        worker.take();
        erase(id);
        worker.sayRaw(new ServiceBusMessage("rubbish"));
        worker.sayRaw(new ServiceBusMessage("{\"kind\":\"finished\",\"version\":99,\"jobId\":\"" + id + "\"}"));

        await().atMost(PATIENCE).until(() -> removed() == 1);
        assertThat(fixture.bus().queue("results").counts().deadLettered()).isEqualTo(1);
    }

    @Test
    void a_pass_that_the_broker_refused_is_done_again_on_another_connection() {
        fixture.bus()
                .faults()
                .plan(FaultPoint.REQUEST, "jobs/$deadletterqueue", 1, new Fault.Refuse(Condition.NOT_ALLOWED));
        await().atMost(PATIENCE)
                .until(() -> fixture.counted("penstock.gateway.loops.failures", "loop", "dead-letters-jobs") == 1);

        died();
    }

    private String submit() {
        return Caller.json(caller.post("/v1/jobs", JOB)).path("id").asText();
    }

    private String died() {
        String id = submit();
        worker.deadLetter(worker.receive());
        await().atMost(PATIENCE)
                .until(() -> Caller.json(caller.get("/v1/jobs/" + id)).path("status").asText().equals("failed"));
        return id;
    }

    private void erase(String id) {
        assertThat(caller.send(caller.request("/v1/jobs/" + id).DELETE()).statusCode()).isEqualTo(204);
    }

    private double removed() {
        return fixture.counted("penstock.gateway.dead_letters.removed");
    }
}
