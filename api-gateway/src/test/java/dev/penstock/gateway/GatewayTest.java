package dev.penstock.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.azure.messaging.servicebus.ServiceBusMessage;
import com.azure.messaging.servicebus.ServiceBusReceivedMessage;
import com.fasterxml.jackson.databind.JsonNode;
import dev.penstock.contracts.JobMessage;
import dev.penstock.contracts.Reply;
import dev.penstock.contracts.SourceFile;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Jobs through a real gateway and a real broker, with the test playing the workers. */
class GatewayTest extends GatewayCase {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final String HELLO = """
            {"language": "python", "code": "print(input())", "stdin": "hello", "args": ["-x"],
             "limits": {"wallTimeMs": 2000}, "onLost": "fail", "deadline": "DEADLINE"}
            """;

    @Test
    void a_submitted_job_reaches_the_worker_as_it_was_and_its_result_the_caller() {
        Instant deadline = Instant.now().plusSeconds(600).truncatedTo(ChronoUnit.SECONDS);
        HttpResponse<String> accepted = caller.post("/v1/jobs", HELLO.replace("DEADLINE", deadline.toString()));

        assertThat(accepted.statusCode()).isEqualTo(202);
        assertThat(accepted.headers().firstValue("Retry-After")).isPresent();
        String url = accepted.headers().firstValue("Location").orElseThrow();
        assertThat(url).isEqualTo("/v1/jobs/" + Caller.json(accepted).path("id").asText());
        assertThat(Caller.json(accepted).path("status").asText()).isEqualTo("queued");

        JobMessage job = worker.take();
        assertThat(job.job().id()).isEqualTo(Caller.json(accepted).path("id").asText());
        assertThat(job.job().deadline()).isEqualTo(deadline);
        assertThat(job.job().program().stdin()).isEqualTo("hello");
        assertThat(job.job().program().args()).containsExactly("-x");
        assertThat(job.job().program().limits().wallTimeMs()).isEqualTo(2000);
        assertThat(job.job().program().files()).extracting(SourceFile::content).containsExactly("print(input())");

        worker.say(FakeWorker.finished(job, 0, "hello\n"));
        JsonNode done = Caller.json(caller.get(url, "Prefer", "wait=30"));
        assertThat(done.path("status").asText()).isEqualTo("succeeded");
        assertThat(done.path("verdict").asText()).isEqualTo("ok");
        assertThat(done.at("/result/run/stdout/content").asText()).isEqualTo("hello\n");
        assertThat(caller.get(url).headers().firstValue("Retry-After")).isEmpty();
    }

    @Test
    void a_submitter_that_waits_gets_the_finished_job_in_the_same_answer() {
        CompletableFuture<HttpResponse<String>> answer = CompletableFuture
                .supplyAsync(() -> submit("Prefer", "respond-async, wait=30"));
        worker.say(FakeWorker.finished(worker.take(), 3, ""));

        assertThat(answer.join().statusCode()).isEqualTo(200);
        assertThat(answer.join().headers().firstValue("Preference-Applied")).hasValue("wait=30");
        assertThat(Caller.json(answer.join()).path("status").asText()).isEqualTo("failed");
        assertThat(Caller.json(answer.join()).path("verdict").asText()).isEqualTo("nonzero_exit");
        assertThat(Caller.json(answer.join()).at("/result/run/exitCode").asInt()).isEqualTo(3);
    }

    @Test
    void a_wait_that_ends_first_answers_202_with_the_job_as_it_is() {
        HttpResponse<String> answer = submit("Prefer", "wait=1");

        assertThat(answer.statusCode()).isEqualTo(202);
        assertThat(answer.headers().firstValue("Preference-Applied")).hasValue("wait=1");
        assertThat(Caller.json(answer).path("status").asText()).isEqualTo("queued");
        worker.take();
    }

    @Test
    void progress_shows_and_a_late_word_does_not_turn_it_back() {
        String url = url(submit());
        JobMessage job = worker.take();
        JobMessage requeued = job.requeued();

        worker.say(progressed(job, Reply.Phase.RUNNING));
        awaitStatus(url, "running");
        worker.say(progressed(requeued, Reply.Phase.QUEUED));
        awaitStatus(url, "queued");
        worker.say(progressed(job, Reply.Phase.RUNNING));
        worker.say(FakeWorker.finished(requeued, 0, ""));
        awaitStatus(url, "succeeded");
        assertThat(Caller.json(caller.get(url)).path("requeues").asInt()).isEqualTo(1);
    }

    @Test
    void the_first_result_stays_and_the_second_is_counted() {
        double before = fixture.counted("penstock.gateway.results", "recorded", "repeated");
        String url = url(submit());
        JobMessage job = worker.take();

        worker.say(FakeWorker.finished(job, 0, "first"));
        awaitStatus(url, "succeeded");
        worker.say(FakeWorker.finished(job, 1, "second"));
        await().pollDelay(Duration.ZERO)
                .atMost(PATIENCE)
                .until(() -> fixture.counted("penstock.gateway.results", "recorded", "repeated") == before + 1);

        assertThat(Caller.json(caller.get(url)).at("/result/run/stdout/content").asText()).isEqualTo("first");
    }

    @Test
    void a_job_that_the_broker_gave_up_ends_with_platform_error_and_its_message_stays() {
        String url = url(submit());
        ServiceBusReceivedMessage message = worker.receive();
        long before = fixture.bus().queue("jobs").counts().deadLettered();
        worker.deadLetter(message);

        JsonNode done = awaitStatus(url, "failed");
        assertThat(done.at("/error/code").asText()).isEqualTo("platform_error");
        assertThat(done.has("verdict")).isFalse();
        assertThat(fixture.bus().queue("jobs").counts().deadLettered()).isEqualTo(before + 1);
    }

    @Test
    void a_reply_that_cannot_be_read_goes_to_the_dead_letters_and_ends_its_job() {
        String url = url(submit());
        String id = worker.take().job().id();
        worker.sayRaw(new ServiceBusMessage("{\"kind\":\"finished\",\"version\":99,\"jobId\":\"" + id + "\"}"));

        assertThat(awaitStatus(url, "failed").at("/error/code").asText()).isEqualTo("platform_error");
        assertThat(fixture.bus().queue("results").counts().deadLettered()).isPositive();
    }

    @Test
    void rubbish_on_the_reply_queue_stops_nothing() {
        worker.sayRaw(new ServiceBusMessage("not json"));
        worker.sayRaw(new ServiceBusMessage(""));
        String url = url(submit());
        worker.say(FakeWorker.finished(worker.take(), 0, ""));

        awaitStatus(url, "succeeded");
    }

    @Test
    void two_hundred_jobs_at_once_all_come_back() {
        List<String> urls = IntStream.range(0, 200).parallel().mapToObj(_ -> url(submit())).toList();
        for (int i = 0; i < 200; i++) {
            worker.say(FakeWorker.finished(worker.take(), 0, ""));
        }

        urls.forEach(url -> awaitStatus(url, "succeeded"));
    }

    private HttpResponse<String> submit(String... headers) {
        return caller.post("/v1/jobs", "{\"language\":\"python\",\"code\":\"print(42)\"}", headers);
    }

    private static String url(HttpResponse<String> accepted) {
        assertThat(accepted.statusCode()).as(accepted.body()).isEqualTo(202);
        return accepted.headers().firstValue("Location").orElseThrow();
    }

    private JsonNode awaitStatus(String url, String status) {
        return await().pollDelay(Duration.ZERO)
                .atMost(PATIENCE)
                .until(() -> Caller.json(caller.get(url)),
                        job -> job.path("status").asText().equals(status));
    }

    private static Reply.Progressed progressed(JobMessage job, Reply.Phase phase) {
        return new Reply.Progressed(Reply.VERSION, job.job().id(), phase, job.attempt(), job.requeues(), 0,
                Instant.now());
    }
}
