package dev.penstock.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.InputFormat;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.dialect.Dialects;
import dev.penstock.contracts.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/**
 * The OpenAPI document as a judge. Answers are judged more strictly than a client should: a field or header that isn't
 * documented is a mistake.
 */
final class Contract {
    private static final String URL = "https://contract.test/openapi.json";
    /** What HTTP itself needs, and what the document's introduction says of every answer. */
    private static final Set<String> EVERYWHERE = caseless("Connection", "Content-Length", "Content-Type",
            "Transfer-Encoding", "Date", "Vary", "X-Content-Type-Options", "Content-Security-Policy",
            "Referrer-Policy");
    private static final Set<String> METHODS = Set.of("get", "post", "put", "patch", "delete");

    private final JsonNode document;
    private final SchemaRegistry strict;
    private final SchemaRegistry asWritten;
    private final Map<String, com.networknt.schema.Schema> schemas = new ConcurrentHashMap<>();

    /**
     * An operation, also one of a webhook.
     *
     * @param path
     *            with its parameters in braces
     * @param parameters
     *            the path's and its own, resolved
     */
    record Operation(String id, String method, String path, JsonNode node, List<JsonNode> parameters) {
        boolean needsKey() {
            return !node.has("security");
        }

        boolean documents(int status) {
            return node.path("responses").has(Integer.toString(status));
        }

        @Override
        public String toString() {
            return id;
        }
    }

    private Contract(JsonNode document) {
        this.document = document;
        this.asWritten = registry(document);
        JsonNode closed = document.deepCopy();
        closed.at("/components/schemas").forEach(Contract::close);
        this.strict = registry(closed);
    }

    /** The document of this build. */
    static Contract load() {
        try {
            return new Contract(Json.MAPPER.readTree(Documentation.openApi()));
        } catch (IOException broken) {
            throw new UncheckedIOException(broken);
        }
    }

    JsonNode document() {
        return document;
    }

    /** All of the gateway's. */
    List<Operation> operations() {
        return document.path("paths").propertyStream().flatMap(this::operations).toList();
    }

    Operation operation(String id) {
        return Stream.concat(document.path("paths").propertyStream(), document.path("webhooks").propertyStream())
                .flatMap(this::operations)
                .filter(operation -> operation.id().equals(id))
                .findFirst()
                .orElseThrow();
    }

    private Stream<Operation> operations(Map.Entry<String, JsonNode> path) {
        return path.getValue().propertyStream().filter(field -> METHODS.contains(field.getKey())).map(field -> {
            List<JsonNode> parameters = new ArrayList<>();
            path.getValue().path("parameters").forEach(parameter -> parameters.add(resolved(parameter)));
            field.getValue().path("parameters").forEach(parameter -> parameters.add(resolved(parameter)));
            return new Operation(field.getValue().path("operationId").asText(),
                    field.getKey().toUpperCase(Locale.ROOT), path.getKey(), field.getValue(), parameters);
        });
    }

    /** What the reference leads to, or the node itself. */
    JsonNode resolved(JsonNode node) {
        return node.has("$ref") ? document.at(node.path("$ref").asText().substring(1)) : node;
    }

    /** Fails unless the answer is one that the operation documents, to the last field. */
    void check(Operation operation, RawClient.Reply reply) {
        String what = operation.id() + " answered " + reply.status() + " " + reply.headers() + " " + reply.body();
        assertThat(operation.documents(reply.status())).as("undocumented status: " + what).isTrue();
        JsonNode response = resolved(operation.node().path("responses").path(Integer.toString(reply.status())));
        checkHeaders(response, reply, what);
        JsonNode content = response.path("content");
        if (content.isEmpty()) {
            assertThat(reply.body()).as(what).isEmpty();
            return;
        }
        String mediaType = reply.header("Content-Type").split(";")[0];
        assertThat(content.has(mediaType)).as("undocumented media type: " + what).isTrue();
        if (mediaType.endsWith("json")) {
            assertThat(problems(content.path(mediaType).path("schema"), reply.body(), true)).as(what).isEmpty();
        } else if (mediaType.equals("text/event-stream")) {
            JsonNode data = content.path(mediaType).path("x-event-data");
            reply.body()
                    .lines()
                    .filter(line -> line.startsWith("data: "))
                    .forEach(line -> assertThat(problems(data, line.substring(6), true)).as(what).isEmpty());
        }
        if (mediaType.equals("application/problem+json")) {
            assertThat(parsed(reply.body()).path("status").asInt()).as(what).isEqualTo(reply.status());
            assertThat(parsed(reply.body()).path("instance").asText()).as(what)
                    .isEqualTo("urn:penstock:request:" + reply.header("X-Request-Id"));
        }
    }

    private void checkHeaders(JsonNode response, RawClient.Reply reply, String what) {
        JsonNode documented = response.path("headers");
        Map<String, JsonNode> byName = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        documented.propertyStream().forEach(header -> byName.put(header.getKey(), resolved(header.getValue())));
        reply.headers().forEach((name, values) -> {
            assertThat(values).as("header " + name + " once: " + what).hasSize(1);
            if (!EVERYWHERE.contains(name)) {
                assertThat(byName).as("undocumented header: " + what).containsKey(name);
                JsonNode schema = Objects.requireNonNull(byName.get(name)).path("schema");
                String json = schema.path("type").asText().equals("integer") ? values.getFirst() : quoted(values);
                assertThat(problems(schema, json, true)).as("header " + name + ": " + what).isEmpty();
            }
        });
        assertThat(reply.headers()).as(what).containsKeys("X-Request-Id", "Cache-Control", "Date");
    }

    /**
     * What is wrong with a value.
     *
     * @param closed
     *            whether undocumented fields are wrong
     */
    List<String> problems(JsonNode schema, String json, boolean closed) {
        JsonNode own = schema.deepCopy();
        if (closed) {
            close(own);
        }
        String text = own.toString().replace("\"#/components", "\"" + URL + "#/components");
        return schemas
                .computeIfAbsent(closed + text,
                        _ -> (closed ? strict : asWritten).getSchema(text, InputFormat.JSON))
                .validate(json, InputFormat.JSON,
                        context -> context.executionConfig(config -> config.formatAssertionsEnabled(true)))
                .stream()
                .map(Object::toString)
                .toList();
    }

    static JsonNode parsed(String json) {
        try {
            return Json.MAPPER.readTree(json);
        } catch (IOException broken) {
            throw new UncheckedIOException("no JSON: " + json, broken);
        }
    }

    private static SchemaRegistry registry(JsonNode document) {
        return SchemaRegistry.withDialect(Dialects.getOpenApi31(),
                builder -> builder.schemas(Map.of(URL, document.toString())));
    }

    /** Every object that lists its fields has no others. */
    private static void close(JsonNode schema) {
        if (schema instanceof ObjectNode object && schema.has("properties") && schema.has("type")
                && !schema.has("additionalProperties")) {
            object.put("additionalProperties", false);
        }
        schema.forEach(Contract::close);
    }

    private static String quoted(List<String> values) {
        return Json.MAPPER.getNodeFactory().textNode(values.getFirst()).toString();
    }

    private static Set<String> caseless(String... names) {
        Set<String> set = new TreeSet<>(String.CASE_INSENSITIVE_ORDER);
        set.addAll(List.of(names));
        return set;
    }
}
