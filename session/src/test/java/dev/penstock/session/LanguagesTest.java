package dev.penstock.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.penstock.contracts.Json;
import dev.penstock.contracts.SessionProtocol;
import dev.penstock.session.language.Language;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * Every installed language with the same programs, which {@code programs.json} holds. As many run at a time as there are
 * cores, in the order of the tests, each of which waits for its own.
 */
@SuppressWarnings("NullAway.Init") // JUnit sets the fields before any test
class LanguagesTest {
    private static TestSession session;
    private static Set<String> installed;
    private static JsonNode programs;
    private static ExecutorService clients;

    @BeforeAll
    static void start() throws Exception {
        session = TestSession.start("PENSTOCK_RUN_WALL_TIME", "60s");
        clients = Executors.newFixedThreadPool(Runtime.getRuntime().availableProcessors());
        installed = Json.MAPPER.readValue(session.get("/runtimes").body(), SessionProtocol.Runtimes.class)
                .runtimes()
                .stream()
                .map(runtime -> runtime.language())
                .collect(Collectors.toSet());
        try (InputStream file = Objects.requireNonNull(LanguagesTest.class.getResourceAsStream("programs.json"))) {
            programs = Json.MAPPER.readTree(file);
        }
    }

    @AfterAll
    static void stop() {
        session.close();
        clients.close();
    }

    @Test
    void everyLanguageHasItsPrograms() {
        assertThat(programs.fieldNames()).toIterable()
                .containsExactlyInAnyOrderElementsOf(Language.all().stream().map(Language::name).toList());
    }

    @TestFactory
    List<DynamicTest> programsOfEachLanguage() {
        var tests = new ArrayList<DynamicTest>();
        for (Language language : Language.all()) {
            for (var entry : programs.path(language.name()).properties()) {
                Optional<Future<JsonNode>> answer = installed.contains(language.name())
                        ? Optional.of(clients.submit(() -> session.run(language.name(), body(entry.getValue()))))
                        : Optional.empty();
                tests.add(DynamicTest.dynamicTest(language.name() + ": " + entry.getKey(), () -> {
                    assumeThat(answer).as("toolchain of " + language.name()).isPresent();
                    check(answer.orElseThrow().get(), entry.getValue());
                }));
            }
        }
        return tests;
    }

    private static ObjectNode body(JsonNode expectation) {
        ObjectNode body = Json.MAPPER.createObjectNode();
        if (expectation.has("files")) {
            var files = body.putArray("files");
            expectation.path("files")
                    .properties()
                    .forEach(file -> files.addObject().put("name", file.getKey()).set("content", file.getValue()));
        } else {
            body.set("code", expectation.path("code"));
        }
        for (String field : List.of("stdin", "args", "limits")) {
            Optional.ofNullable(expectation.get(field)).ifPresent(value -> body.set(field, value));
        }
        return body;
    }

    private static void check(JsonNode answer, JsonNode expectation) {
        assertThat(answer.path("verdict").textValue()).as(answer.toPrettyString())
                .isEqualTo(expectation.path("verdict").asText("ok"));
        if (expectation.has("stdout")) {
            assertThat(answer.path("stdout").textValue()).isEqualTo(expectation.path("stdout").textValue());
        }
        assertThat(answer.at("/result/run/stdout/encoding").asText("utf-8")).as("encoding of stdout")
                .isEqualTo(expectation.path("encoding").asText("utf-8"));
        if (expectation.has("exit")) {
            assertThat(answer.path("exitCode").intValue()).isEqualTo(expectation.path("exit").intValue());
        }
    }
}
