package dev.penstock.session;

import static dev.penstock.session.TestSession.code;
import static dev.penstock.session.TestSession.json;
import static dev.penstock.session.TestSession.limited;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** A container as its image starts it: little heap, and no more memory on its machine than a session of a pool has. */
@SuppressWarnings("NullAway.Init") // JUnit sets the fields before any test
class CrampedSessionTest {
    private static final long MACHINE_BYTES = 1 << 30;
    private static final int ALL_OUTPUT = 16 << 20;
    private static final int AT_A_TIME = 3;
    /** Files in memory, until there is none left. */
    private static final String FILL = """
            for place in ('/work', '/tmp', '/dev/shm'):
                with open(place + '/big', 'wb') as file:
                    for _ in range(20): file.write(b'x' * (16 << 20))
            """;

    private static Optional<Path> group = Optional.empty();
    private static ContainerProcess container;

    @BeforeAll
    static void start() throws IOException {
        group = memoryGroup();
        List<String> before = group
                .map(own -> List.of("sh", "-c", "echo $$ >" + own + "/cgroup.procs; exec \"$@\"", "sh"))
                .orElse(List.of());
        container = ContainerProcess.start(before, List.of("-Xmx192m", "-XX:+ExitOnOutOfMemoryError"),
                "PENSTOCK_SESSION_CONCURRENCY", Integer.toString(AT_A_TIME), "PENSTOCK_RUN_DISK_MIB", "384");
    }

    @AfterAll
    static void stop() throws IOException {
        container.close();
        if (group.isPresent()) {
            Files.delete(group.get());
        }
    }

    /** A control group with a limit of memory, where this user can make one. */
    private static Optional<Path> memoryGroup() {
        for (Path parent : List.of(Path.of("/sys/fs/cgroup/memory"), Path.of("/sys/fs/cgroup"))) {
            Path own = parent.resolve("penstock-test-" + ProcessHandle.current().pid());
            try {
                Files.createDirectory(own);
                Path limit = own.resolve("memory.limit_in_bytes");
                Files.writeString(Files.exists(limit) ? limit : own.resolve("memory.max"), MACHINE_BYTES + "\n");
                return Optional.of(own);
            } catch (IOException notHere) {
                own.toFile().delete();
            }
        }
        return Optional.empty();
    }

    private static JsonNode answer(String language, ObjectNode body) throws Exception {
        HttpResponse<String> response = container.run(language, body);
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        return json(response);
    }

    @Test
    void whatProgramsPrintNeverFillsTheHeap() throws Exception {
        ObjectNode flood = limited("head -c " + ALL_OUTPUT + " /dev/zero | tr '\\0' '\\1' | tee /dev/stderr",
                Map.of("outputBytes", (long) ALL_OUTPUT, "wallTimeMs", 60_000L));
        List<CompletableFuture<HttpResponse<String>>> floods = new ArrayList<>();
        for (int i = 1; i < AT_A_TIME; i++) {
            floods.add(container.client().sendAsync(container.execute("bash", flood), BodyHandlers.ofString()));
        }
        while (!floods.stream().allMatch(CompletableFuture::isDone)) {
            assertThat(answer("bash", code("echo on")).path("stdout").textValue()).isEqualTo("on\n");
        }

        assertThat(floods).allSatisfy(one -> {
            JsonNode run = json(one.join()).at("/result/run");
            assertThat(json(one.join()).path("verdict").textValue()).isEqualTo("ok");
            for (JsonNode stream : List.of(run.path("stdout"), run.path("stderr"))) {
                assertThat(stream.path("bytes").intValue()).isEqualTo(ALL_OUTPUT);
                assertThat(stream.path("truncated").booleanValue()).isTrue();
                assertThat(stream.path("content").textValue()).hasSizeGreaterThan(64 << 10).matches("\u0001+");
            }
        });
    }

    @Test
    void manyTestsTogetherNeverFillTheHeap() throws Exception {
        ObjectNode body = code("head -c 1000000 /dev/zero | tr '\\0' '\\1'");
        for (int i = 0; i < 25; i++) {
            body.withArray("tests").addObject().put("keepBytes", ALL_OUTPUT);
        }

        JsonNode tests = answer("bash", body).path("tests");

        assertThat(tests).hasSize(25).allSatisfy(one -> {
            assertThat(one.path("verdict").textValue()).isEqualTo("ok");
            assertThat(one.at("/run/stdout/bytes").intValue()).isEqualTo(1_000_000);
        });
        assertThat(tests.path(0).at("/run/stdout/content").textValue()).hasSizeGreaterThan(100_000);
    }

    @Test
    void programsGetNoMoreMemoryThanTheMachineHasForAll() throws Exception {
        assumeThat(group).as("this user can't make control groups").isPresent();

        String message = answer("python", limited("kept = []\nwhile True: kept.append(bytearray(b'x' * (8 << 20)))",
                Map.of("memoryBytes", 2L << 30))).path("message").textValue();

        assertThat(message).endsWith("of memory: its memory limit").doesNotContain("2048 MiB");
    }

    @Test
    void aProgramThatTheKernelKillsForWantOfMemoryHasNotEndedByASignalOfItsOwn() throws Exception {
        assumeThat(group).as("this user can't make control groups").isPresent();

        JsonNode greedy = answer("python", limited("kept = b'x' * (150 << 20)\n" + FILL,
                Map.of("memoryBytes", 1L << 30)));
        HttpResponse<String> innocent = container.run("python", limited(FILL, Map.of("memoryBytes", 1L << 30)));

        assertThat(greedy.path("verdict").textValue()).as("%s", greedy).isEqualTo("memory_limit");
        assertThat(greedy.path("message").textValue()).startsWith("killed when the machine's memory ran out");
        assertThat(innocent.statusCode()).as(innocent.body()).isEqualTo(503);
        assertThat(answer("bash", code("kill -9 $$")).path("verdict").textValue()).isEqualTo("signal");
    }
}
