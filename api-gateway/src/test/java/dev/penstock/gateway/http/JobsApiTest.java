package dev.penstock.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.azure.core.amqp.AmqpRetryOptions;
import com.fasterxml.jackson.databind.JsonNode;
import dev.penstock.contracts.Cancellation;
import dev.penstock.contracts.JobMessage;
import dev.penstock.contracts.MessageCodec;
import dev.penstock.contracts.Reply;
import dev.penstock.contracts.TestCase;
import dev.penstock.gateway.Caller;
import dev.penstock.gateway.FakeWorker;
import dev.penstock.gateway.GatewayCase;
import dev.penstock.messaging.BusAddress;
import dev.penstock.messaging.Envelopes;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Lists, cancelling, deleting, entity tags, streams and idempotency keys. */
class JobsApiTest extends GatewayCase {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @Test
    void a_list_is_newest_first_and_pages_by_its_link_without_gap_or_repetition() {
        List<String> submitted = Stream.generate(() -> submitLabelled("paging")).limit(5).toList();
        List<String> listed = new ArrayList<>();
        String next = "/v1/jobs?label=test:paging&limit=2";
        while (!next.isEmpty()) {
            HttpResponse<String> page = caller.get(next);
            assertThat(page.statusCode()).as(page.body()).isEqualTo(200);
            Caller.json(page).path("jobs").forEach(job -> listed.add(job.path("id").asText()));
            next = page.headers()
                    .firstValue("Link")
                    .filter(link -> link.contains("rel=\"next\""))
                    .map(link -> link.replaceAll("^<([^>]*)>; rel=\"next\",.*$", "$1"))
                    .orElse("");
        }

        assertThat(listed).hasSize(5)
                .containsExactlyInAnyOrderElementsOf(submitted)
                .isSortedAccordingTo(
                        (a, b) -> b.compareTo(a));
        submitted.forEach(_ -> worker.take());
    }

    @Test
    void a_list_is_filtered_by_status_and_time() {
        String id = submitLabelled("filter");
        Instant submitted = Instant.parse(job(id).path("submittedAt").asText());
        worker.say(FakeWorker.finished(worker.take(), 0, "x"));
        awaitStatus(id, "succeeded");
        String label = "/v1/jobs?label=test:filter&";

        assertThat(ids(label + "status=succeeded")).containsExactly(id);
        assertThat(ids(label + "status=queued")).isEmpty();
        assertThat(ids("/v1/jobs?status=succeeded")).contains(id);
        assertThat(ids(label + "submittedAfter=" + submitted.minusMillis(1))).containsExactly(id);
        assertThat(ids(label + "submittedAfter=" + submitted)).isEmpty();
        assertThat(ids(label + "submittedBefore=" + submitted)).isEmpty();
        assertThat(ids(label + "submittedBefore=" + submitted.plusMillis(1))).containsExactly(id);
        assertThat(Caller.json(caller.get(label)).at("/jobs/0").has("result")).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"status=done", "limit=0", "limit=x", "limit=201", "cursor=*",
            "cursor=bat_01K00000000000000000000000", "label=x",
            "submittedAfter=now",
            "submittedBefore=0000-01-01T00:00:00Z", "sort=id", "status=%00"})
    void a_wrong_query_is_answered_400_with_the_parameter(String query) {
        HttpResponse<String> response = caller.get("/v1/jobs?" + query);

        assertThat(response.statusCode()).isEqualTo(400);
        assertThat(Caller.json(response).at("/errors/0/parameter").asText()).isEqualTo(query.split("=")[0]);
    }

    @Test
    void a_cancelled_job_ends_at_once_its_worker_is_told_and_its_result_does_not_count() {
        String id = submit();
        JobMessage taken = worker.take();
        HttpResponse<String> canceled = caller.post("/v1/jobs/" + id + "/cancel", "");

        assertThat(canceled.statusCode()).isEqualTo(200);
        assertThat(Caller.json(canceled).path("status").asText()).isEqualTo("canceled");
        assertThat(cancellationSent().jobId()).isEqualTo(id);
        worker.say(FakeWorker.finished(taken, 0, "too late"));
        String after = submit();
        worker.say(FakeWorker.finished(worker.take(), 0, ""));
        awaitStatus(after, "succeeded");
        assertThat(job(id).path("status").asText()).isEqualTo("canceled");
        assertThat(caller.post("/v1/jobs/" + id + "/cancel", "").statusCode()).as("again").isEqualTo(200);
    }

    @Test
    void a_deleted_job_is_gone_with_all_its_traces() {
        String id = submitLabelled("delete");
        worker.say(FakeWorker.finished(worker.take(), 0, "secret"));
        awaitStatus(id, "succeeded");

        assertThat(delete(id).statusCode()).isEqualTo(204);
        assertThat(caller.get("/v1/jobs/" + id).statusCode()).isEqualTo(404);
        assertThat(ids("/v1/jobs?label=test:delete")).isEmpty();
        assertThat(delete(id).statusCode()).isEqualTo(404);
    }

    @Test
    void whoever_waits_for_a_deleted_job_hears_that_it_is_gone() {
        String id = submit();
        CompletableFuture<HttpResponse<String>> waiting = CompletableFuture
                .supplyAsync(() -> caller.get("/v1/jobs/" + id, "Prefer", "wait=30"));
        worker.take();
        assertThat(delete(id).statusCode()).isEqualTo(204);

        assertThat(waiting.join().statusCode()).isIn(404, 200);
        assertThat(caller.get("/v1/jobs/" + id).statusCode()).isEqualTo(404);
    }

    @Test
    void what_has_not_changed_is_not_sent_again() {
        String id = submit();
        HttpResponse<String> first = caller.get("/v1/jobs/" + id);
        String tag = first.headers().firstValue("ETag").orElseThrow();

        assertThat(caller.get("/v1/jobs/" + id, "If-None-Match", "\"x\", " + tag.substring("W/".length())).statusCode())
                .isEqualTo(304);
        worker.say(FakeWorker.finished(worker.take(), 0, ""));
        awaitStatus(id, "succeeded");
        HttpResponse<String> changed = caller.get("/v1/jobs/" + id, "If-None-Match", tag);
        assertThat(changed.statusCode()).isEqualTo(200);
        assertThat(changed.headers().firstValue("ETag")).isPresent().isNotEqualTo(first.headers().firstValue("ETag"));
    }

    @Test
    void a_stream_tells_every_change_and_ends_with_the_job() {
        String id = submit();
        CompletableFuture<HttpResponse<Stream<String>>> stream = caller.stream("/v1/jobs/" + id + "/events");
        assertThat(stream.join().headers().firstValue("Content-Type")).hasValue("text/event-stream");
        Iterator<String> lines = stream.join().body().iterator();
        JobMessage job = worker.take();
        worker.say(new Reply.Progressed(Reply.VERSION, id, Reply.Phase.RUNNING, 1, 0, 0, Instant.now()));
        List<String> head = until(lines, "event: running");
        assertThat(head).contains("event: queued", "id: 0");
        worker.say(FakeWorker.finished(job, 0, "hi"));

        List<String> rest = until(lines, "event: succeeded");
        assertThat(rest.getFirst()).as("the running job").startsWith("data: ").contains("\"startedAt\"");
        assertThat(lines.next()).startsWith("data: ").contains("\"stdout\"").contains("hi");
        assertThat(until(lines, "nothing").stream().filter(line -> line.startsWith("event:"))).as("it ends").isEmpty();
    }

    /** The lines up to that one, or to the end of the stream. */
    private static List<String> until(Iterator<String> lines, String last) {
        return CompletableFuture.supplyAsync(() -> {
            List<String> read = new ArrayList<>();
            while (lines.hasNext() && !(read.size() > 0 && read.getLast().equals(last))) {
                read.add(lines.next());
            }
            return read;
        }).orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS).join();
    }

    @Test
    void a_stream_that_comes_back_is_told_what_it_missed_and_one_that_missed_nothing_not_to_come_back() {
        String id = submit();
        worker.say(FakeWorker.finished(worker.take(), 0, ""));
        awaitStatus(id, "succeeded");

        HttpResponse<String> missed = caller.get("/v1/jobs/" + id + "/events", "Last-Event-ID", "0");
        assertThat(missed.body()).contains("event: succeeded");
        String lastId = missed.body().lines().filter(line -> line.startsWith("id: ")).findFirst().orElseThrow();
        assertThat(caller.get("/v1/jobs/" + id + "/events", "Last-Event-ID", lastId.substring(4)).statusCode())
                .isEqualTo(204);
        assertThat(caller.get("/v1/jobs/" + id + "/events", "Last-Event-ID", "99").body())
                .as("an id that was never given")
                .contains("event: succeeded");
        assertThat(caller.get("/v1/jobs/job_none/events").statusCode()).isEqualTo(404);
        assertThat(caller.get("/v1/jobs/" + id + "/events", "Accept", "text/html").statusCode()).isEqualTo(406);
    }

    @Test
    void the_same_request_under_the_same_key_makes_one_job() {
        String body = "{\"language\":\"python\",\"code\":\"1\"}";
        HttpResponse<String> first = caller.post("/v1/jobs", body, "Idempotency-Key", "\"key-1\"");
        worker.take();
        HttpResponse<String> second = await().atMost(PATIENCE)
                .until(() -> caller.post("/v1/jobs", body, "Idempotency-Key", "key-1"),
                        answer -> answer.statusCode() != 409);

        assertThat(first.statusCode()).isEqualTo(202);
        assertThat(second.statusCode()).isEqualTo(202);
        assertThat(second.headers().firstValue("Location")).isEqualTo(first.headers().firstValue("Location"));
        assertThat(caller.post("/v1/jobs/", body, "Idempotency-Key", "\"key-1\"").headers().firstValue("Location"))
                .as("the same path written otherwise")
                .isEqualTo(first.headers().firstValue("Location"));
        HttpResponse<String> other = caller.post("/v1/jobs", body.replace('1', '2'), "Idempotency-Key", "\"key-1\"");
        assertThat(other.statusCode()).isEqualTo(422);
        assertThat(Caller.json(other).path("type").asText()).endsWith("idempotency-key-reused");
        assertThat(fixture.bus().queue("jobs").counts().active()).isZero();
    }

    @Test
    void a_key_of_a_refused_request_stays_free() {
        assertThat(caller.post("/v1/jobs", "{}", "Idempotency-Key", "\"key-2\"").statusCode()).isEqualTo(400);
        assertThat(caller.post("/v1/jobs", "{\"language\":\"python\",\"code\":\"1\"}", "Idempotency-Key", "\"key-2\"")
                .statusCode()).isEqualTo(202);
        worker.take();
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"\"", "\"a", "a b", "a,b"})
    void a_key_that_is_none_is_answered_400(String key) {
        HttpResponse<String> response = caller.post("/v1/jobs", "{\"language\":\"python\",\"code\":\"1\"}",
                "Idempotency-Key", key);

        assertThat(response.statusCode()).isEqualTo(400);
        assertThat(Caller.json(response).at("/errors/0/parameter").asText()).isEqualTo("Idempotency-Key");
    }

    @Test
    void a_batch_keeps_its_order_and_each_job_its_own_outcome() {
        HttpResponse<String> accepted = caller.post("/v1/batches", """
                {"jobs": [{"language": "python", "code": "1"}, {"language": "bash", "code": "2"}]}""");
        assertThat(accepted.statusCode()).as(accepted.body()).isEqualTo(202);
        String url = accepted.headers().firstValue("Location").orElseThrow();
        assertThat(Caller.json(accepted).at("/counts/queued").asInt()).isEqualTo(2);

        for (int i = 0; i < 2; i++) {
            JobMessage job = worker.take();
            worker.say(FakeWorker.finished(job, job.job().program().language().equals("bash") ? 1 : 0, ""));
        }
        JsonNode done = awaitBatch(url);
        assertThat(done.path("jobs")).extracting(job -> job.path("language").asText() + job.path("status").asText())
                .containsExactly("pythonsucceeded", "bashfailed");
        assertThat(done.at("/counts/failed").asInt()).isEqualTo(1);
    }

    @Test
    void a_job_with_tests_is_one_job_with_a_result_for_each() {
        HttpResponse<String> accepted = caller.post("/v1/jobs", """
                {"language": "python", "code": "print(input())", "args": ["-v"],
                 "tests": [{"id": "a", "stdin": "1", "expectedOutput": "1\\n"},
                           {"id": "b", "stdin": "2", "expectedOutput": "3"}, {"id": "c", "stdin": "4"}]}""");
        assertThat(accepted.statusCode()).as(accepted.body()).isEqualTo(202);
        JobMessage job = worker.take();
        assertThat(job.job().program().args()).containsExactly("-v");
        assertThat(job.job().tests()).extracting(TestCase::stdin).containsExactly("1", "2", "4");
        worker.say(FakeWorker.tested(job));

        String url = accepted.headers().firstValue("Location").orElseThrow();
        JsonNode done = Caller.json(caller.get(url, "Prefer", "wait=20"));
        assertThat(done.path("status").asText()).isEqualTo("succeeded");
        assertThat(done.path("passed").asBoolean(true)).isFalse();
        assertThat(done.at("/result/tests/passed").asInt()).isEqualTo(2);
        assertThat(done.at("/result/tests/total").asInt()).isEqualTo(3);
        assertThat(done.at("/result/tests/cases"))
                .extracting(one -> one.path("id").asText() + one.path("passed").asText() + one.at("/run/stdout/content")
                        .asText())
                .containsExactly("atrue1\n", "bfalse2\n", "ctrue4\n");
        assertThat(Caller.json(caller.get("/v1/jobs")).at("/jobs/0/passed").asBoolean(true)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"[]|/tests", "[{\"stdin\":\"1\"}]|/tests/0/id", "[{\"id\":\"\"}]|/tests/0/id",
            "[{\"id\":\"1\"},{\"id\":\"1\"}]|/tests/1/id", "[{\"id\":\"1\",\"expected\":\"\"}]|/tests/0/expected",
            "[{\"id\":\"1\"}],\"stdin\":\"\"|/stdin", "{}|/tests", "[1]|/tests/0"})
    void wrong_tests_are_refused_with_a_pointer(String testsAndPointer) {
        String[] parts = testsAndPointer.split("\\|", -1);
        HttpResponse<String> response = caller.post("/v1/jobs",
                "{\"language\":\"python\",\"code\":\"1\",\"tests\":" + parts[0] + "}");

        assertThat(response.statusCode()).isEqualTo(400);
        assertThat(Caller.json(response).path("errors"))
                .anySatisfy(error -> assertThat(error.path("pointer").asText()).isEqualTo(parts[1]));
    }

    @ParameterizedTest
    @ValueSource(strings = {"{}|/jobs", "{\"jobs\":[]}|/jobs",
            "{\"jobs\":[{\"language\":\"python\",\"code\":\"\"}]}|/jobs/0/code",
            "{\"jobs\":[{}],\"tests\":[]}|/tests",
            "{\"jobs\":[{\"language\":\"python\",\"code\":\"1\",\"tests\":[]}]}|/jobs/0/tests"})
    void a_wrong_batch_is_refused_as_a_whole(String bodyAndPointer) {
        String[] parts = bodyAndPointer.split("\\|", -1);
        HttpResponse<String> response = caller.post("/v1/batches", parts[0]);

        assertThat(response.statusCode()).isEqualTo(400);
        assertThat(Caller.json(response).path("errors"))
                .anySatisfy(error -> assertThat(error.path("pointer").asText()).isEqualTo(parts[1]));
    }

    private String submit() {
        return Caller.json(caller.post("/v1/jobs", "{\"language\":\"python\",\"code\":\"1\"}")).path("id").asText();
    }

    private String submitLabelled(String value) {
        String body = "{\"language\":\"python\",\"code\":\"1\",\"labels\":{\"test\":\"" + value + "\"}}";
        return Caller.json(caller.post("/v1/jobs", body)).path("id").asText();
    }

    private HttpResponse<String> delete(String id) {
        return caller.send(caller.request("/v1/jobs/" + id).method("DELETE", HttpRequest.BodyPublishers.noBody()));
    }

    private JsonNode job(String id) {
        return Caller.json(caller.get("/v1/jobs/" + id));
    }

    private List<String> ids(String path) {
        List<String> ids = new ArrayList<>();
        Caller.json(caller.get(path)).path("jobs").forEach(job -> ids.add(job.path("id").asText()));
        return ids;
    }

    private void awaitStatus(String id, String status) {
        await().pollDelay(Duration.ZERO).atMost(PATIENCE).until(() -> job(id).path("status").asText().equals(status));
    }

    private JsonNode awaitBatch(String url) {
        return await().pollDelay(Duration.ZERO)
                .atMost(PATIENCE)
                .until(() -> Caller.json(caller.get(url)),
                        batch -> batch.path("status").asText().equals("finished"));
    }

    private Cancellation cancellationSent() {
        try (var receiver = new BusAddress.ConnectionString(fixture.bus().connectionString())
                .newBuilder(new AmqpRetryOptions())
                .receiver()
                .queueName("cancellations")
                .disableAutoComplete()
                .buildClient()) {
            return receiver.receiveMessages(1, PATIENCE)
                    .stream()
                    .findFirst()
                    .map(message -> MessageCodec.decodeCancellation(Envelopes.from(message)))
                    .orElseThrow();
        }
    }
}
