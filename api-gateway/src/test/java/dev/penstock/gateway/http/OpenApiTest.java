package dev.penstock.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What can be said of the OpenAPI document without a gateway: its examples are right, and it lists what there is. */
class OpenApiTest {
    private final Contract contract = Contract.load();

    @Test
    void every_example_is_valid() {
        List<String> wrong = new ArrayList<>();
        visit(contract.document(), "", (pointer, node) -> {
            JsonNode schema = node.path("schema");
            if (schema.isObject()) {
                examples(node).forEach(example -> wrong.addAll(contract.problems(schema, example.toString(), true)
                        .stream()
                        .map(problem -> pointer + ": " + problem)
                        .toList()));
            }
        });

        assertThat(wrong).isEmpty();
    }

    @Test
    void the_examples_are_found_at_all() {
        List<String> found = new ArrayList<>();
        visit(contract.document(), "", (pointer, node) -> {
            if (node.path("schema").isObject()) {
                examples(node).forEach(_ -> found.add(pointer));
            }
        });

        assertThat(found).hasSizeGreaterThan(40);
    }

    @Test
    void problems_are_the_same_in_code_document_and_explanation() throws IOException {
        Set<String> code = Stream.of(ProblemType.values()).map(ProblemType::uri).collect(Collectors.toSet());
        Set<String> document = new TreeSet<>();
        contract.document()
                .at("/components/schemas/Problem/properties/type/enum")
                .forEach(n -> document.add(n.asText()));
        Set<String> explained = Pattern.compile("(?m)^\\| `([a-z-]+)` \\| \\d+ \\|")
                .matcher(Files.readString(Path.of("../docs/problems.md")))
                .results()
                .map(row -> "urn:penstock:problem:" + row.group(1))
                .collect(Collectors.toSet());

        assertThat(document).isEqualTo(code);
        assertThat(explained).isEqualTo(code);
    }

    @Test
    void an_example_of_a_problem_is_what_its_type_says() {
        visit(contract.document(), "", (pointer, node) -> examples(node).filter(example -> example.has("instance"))
                .forEach(example -> {
                    ProblemType type = ProblemType.valueOf(example.path("type")
                            .asText()
                            .replace("urn:penstock:problem:", "")
                            .replace('-', '_')
                            .toUpperCase(Locale.ROOT));
                    assertThat(example.path("title").asText()).as(pointer).isEqualTo(type.title());
                    assertThat(example.path("status").asInt()).as(pointer).isEqualTo(type.status());
                }));
    }

    @Test
    void it_lists_every_route_and_no_other() {
        Set<String> documented = contract.operations()
                .stream()
                .map(operation -> operation.method() + " " + operation.path())
                .collect(Collectors.toCollection(TreeSet::new));

        assertThat(Routes.all()).isEqualTo(documented);
    }

    private Stream<JsonNode> examples(JsonNode node) {
        Stream<JsonNode> one = Optional.ofNullable(node.get("example")).stream();
        Stream<JsonNode> several = node.path("examples").isObject()
                ? node.path("examples").propertyStream().map(entry -> contract.resolved(entry.getValue()).path("value"))
                : Stream.empty();
        return Stream.concat(one, several);
    }

    private interface Visitor {
        void visit(String pointer, JsonNode node);
    }

    private static void visit(JsonNode node, String pointer, Visitor visitor) {
        visitor.visit(pointer, node);
        node.propertyStream().forEach(field -> visit(field.getValue(), pointer + "/" + field.getKey(), visitor));
        for (int i = 0; node.isArray() && i < node.size(); i++) {
            visit(node.get(i), pointer + "/" + i, visitor);
        }
    }
}
