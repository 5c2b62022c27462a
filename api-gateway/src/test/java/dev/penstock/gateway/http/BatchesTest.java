package dev.penstock.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.penstock.contracts.JobMessage;
import dev.penstock.gateway.Caller;
import dev.penstock.gateway.FakeWorker;
import dev.penstock.gateway.GatewayCase;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Waiting for batches, following, listing, cancelling and erasing them. */
class BatchesTest extends GatewayCase {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final String JOB = "{\"language\":\"python\",\"code\":\"print('remember')\"}";

    @Test
    void the_first_answer_shows_the_batch_as_a_read_does() {
        HttpResponse<String> accepted = caller.post("/v1/batches", "{\"jobs\":[" + JOB + "]}");

        assertThat(Caller.json(caller.get(accepted.headers().firstValue("Location").orElseThrow())))
                .isEqualTo(Caller.json(accepted));
        work(1);
    }

    @Test
    void whoever_waits_for_a_batch_hears_of_its_last_job() {
        String url = submit(2);
        CompletableFuture<HttpResponse<String>> waiting = CompletableFuture
                .supplyAsync(() -> caller.get(url, "Prefer", "wait=50"));
        work(1);
        HttpResponse<String> meanwhile = caller.get(url, "Prefer", "wait=1");
        assertThat(meanwhile.headers().firstValue("Preference-Applied")).hasValue("wait=1");
        assertThat(Caller.json(meanwhile).path("status").asText()).isEqualTo("running");
        work(1);

        assertThat(Caller.json(waiting.join()).path("status").asText()).isEqualTo("finished");
        assertThat(waiting.join().headers().firstValue("Retry-After")).isEmpty();
    }

    @Test
    void a_stream_tells_a_batchs_progress_and_ends_with_it() {
        String url = submit(3);
        CompletableFuture<HttpResponse<Stream<String>>> stream = caller.stream(url + "/events");
        stream.join();
        work(3);

        List<String> lines = stream.join().body().toList();
        assertThat(lines).contains("id: 0", "event: progress", "event: finished", "id: 3");
        assertThat(lines.stream().filter(line -> line.startsWith("data: ")).reduce((_, last) -> last))
                .hasValueSatisfying(data -> assertThat(data).contains("\"succeeded\":3").doesNotContain("\"jobs\""));
        assertThat(caller.get(url + "/events", "Last-Event-ID", "2").body()).contains("event: finished");
        assertThat(caller.get(url + "/events", "Last-Event-ID", "3").statusCode()).isEqualTo(204);
        assertThat(caller.get(url + "/events", "Last-Event-ID", "4").body()).as("an id that was never given")
                .contains("event: finished");
        assertThat(caller.get("/v1/batches/bat_none/events").statusCode()).isEqualTo(404);
    }

    @Test
    void a_cancelled_batch_ends_with_all_of_its_open_jobs() {
        String url = submit(3);
        work(1);
        awaitCount(url, "succeeded", 1);
        JsonNode canceled = Caller.json(caller.post(url + "/cancel", ""));

        assertThat(canceled.path("status").asText()).isEqualTo("finished");
        assertThat(canceled.at("/counts/canceled").asInt()).isEqualTo(2);
        assertThat(canceled.at("/counts/succeeded").asInt()).isEqualTo(1);
        assertThat(caller.post(url + "/cancel", "").statusCode()).as("again").isEqualTo(200);
        assertThat(caller.post("/v1/batches/bat_none/cancel", "").statusCode()).isEqualTo(404);
        IntStream.range(0, 2).forEach(_ -> worker.take());
    }

    @Test
    void a_deleted_batch_is_gone_with_all_of_its_jobs() {
        String url = submit(2);
        String job = Caller.json(caller.get(url)).at("/jobs/0/id").asText();
        work(1);

        assertThat(delete(url).statusCode()).isEqualTo(204);
        assertThat(caller.get(url).statusCode()).isEqualTo(404);
        assertThat(caller.get("/v1/jobs/" + job).statusCode()).isEqualTo(404);
        assertThat(delete(url).statusCode()).isEqualTo(404);
        worker.take();
    }

    @Test
    void a_batchs_labels_are_its_jobs_labels_too() {
        HttpResponse<String> accepted = caller.post("/v1/batches", """
                {"labels": {"course": "cs101", "week": "3"},
                 "jobs": [{"language": "python", "code": "1", "labels": {"week": "4"}},
                          {"language": "python", "code": "2"}]}""");
        assertThat(Caller.json(accepted).at("/labels/course").asText()).isEqualTo("cs101");
        work(2);

        JsonNode found = Caller.json(caller.get("/v1/jobs?label=course:cs101")).path("jobs");
        assertThat(found).hasSize(2);
        assertThat(Caller.json(caller.get("/v1/jobs?label=week:4")).path("jobs")).hasSize(1);
        String many = String.join(",", IntStream.range(0, 10).mapToObj(i -> "\"n" + i + "\":\"v\"").toList());
        assertThat(Caller.json(caller.post("/v1/batches", "{\"labels\":{" + many
                + "},\"jobs\":[{\"language\":\"python\",\"code\":\"1\",\"labels\":{\"own\":\"1\"}}]}"))
                .at("/errors/0/pointer")
                .asText()).isEqualTo("/jobs/0/labels");
    }

    @Test
    void all_jobs_that_cannot_be_accepted_are_told_at_once() {
        String past = JOB.replace("}", ",\"deadline\":\"2001-01-01T00:00:00Z\"}");
        HttpResponse<String> refused = caller.post("/v1/batches", "{\"jobs\":[" + past + "," + JOB + "," + past + "]}");

        assertThat(refused.statusCode()).isEqualTo(400);
        assertThat(Caller.json(refused).path("errors")).extracting(error -> error.path("pointer").asText())
                .containsExactly("/jobs/0/deadline", "/jobs/2/deadline");
        String many = "{\"jobs\":[" + String.join(",", Collections.nCopies(1_001, JOB)) + "]}";
        assertThat(Caller.json(caller.post("/v1/batches", many)).path("errors")).singleElement()
                .satisfies(error -> assertThat(error.path("pointer").asText()).isEqualTo("/jobs"));
    }

    @Test
    void batches_are_listed_newest_first_by_pages() {
        List<String> submitted = Stream.generate(() -> submit(1)).limit(3).map(url -> url.substring(12)).toList();
        List<String> listed = new ArrayList<>();
        String next = "/v1/batches?limit=2";
        while (!next.isEmpty()) {
            HttpResponse<String> page = caller.get(next);
            assertThat(page.statusCode()).as(page.body()).isEqualTo(200);
            Caller.json(page).path("batches").forEach(batch -> listed.add(batch.path("id").asText()));
            next = page.headers()
                    .firstValue("Link")
                    .filter(link -> link.contains("rel=\"next\""))
                    .map(link -> link.replaceAll("^<([^>]*)>; rel=\"next\",.*$", "$1"))
                    .orElse("");
        }

        assertThat(listed).containsAll(submitted).doesNotHaveDuplicates().isSortedAccordingTo((a, b) -> b.compareTo(a));
        work(3);
    }

    @ParameterizedTest
    @ValueSource(strings = {"limit=0", "limit=x", "cursor=*", "status=running", "limit=1&limit=2",
            "cursor=job_01K00000000000000000000000"})
    void a_wrong_query_is_answered_400_with_the_parameter(String query) {
        HttpResponse<String> response = caller.get("/v1/batches?" + query);

        assertThat(response.statusCode()).isEqualTo(400);
        assertThat(Caller.json(response).at("/errors/0/parameter").asText()).isEqualTo(query.split("=")[0]);
    }

    private String submit(int jobs) {
        String body = "{\"jobs\":[" + String.join(",", IntStream.range(0, jobs).mapToObj(_ -> JOB).toList()) + "]}";
        HttpResponse<String> accepted = caller.post("/v1/batches", body);
        assertThat(accepted.statusCode()).as(accepted.body()).isEqualTo(202);
        return accepted.headers().firstValue("Location").orElseThrow();
    }

    private void work(int jobs) {
        for (int i = 0; i < jobs; i++) {
            JobMessage job = worker.take();
            worker.say(FakeWorker.finished(job, 0, "remember"));
        }
    }

    private void awaitCount(String url, String status, int count) {
        await().atMost(PATIENCE)
                .until(() -> Caller.json(caller.get(url)).path("counts").path(status).asInt() == count);
    }

    private HttpResponse<String> delete(String url) {
        return caller.send(caller.request(url).method("DELETE", HttpRequest.BodyPublishers.noBody()));
    }
}
