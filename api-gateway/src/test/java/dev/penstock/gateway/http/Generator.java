package dev.penstock.gateway.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.StreamSupport;

/** Makes values that a schema of the OpenAPI document allows, and spoils them. All of it follows from the seed. */
final class Generator {
    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
    private static final int SOME = 4;
    private static final List<String> ODD_TEXTS = List.of("", " ", "\u0000", "\ud800", "é", "\uD83D\uDE00",
            "../../etc/passwd",
            "' OR 1=1 --", "%00", "%2f", "\r\nX: y", "null", "-1", "a".repeat(300), "{{7*7}}", "\u202e", "\uffff",
            "1e400");
    /** What the document's patterns allow, written out. */
    private static final Map<String, List<String>> MATCHES = Map.of(
            "^[A-Za-z0-9_-]+$", List.of("job_00000000000000000000000000", "aaaa", "____", "-0-0"),
            "^[A-Za-z0-9._-]{1,64}:", List.of("a:b", "course:cs101", "a:", "x.y-z_1: :"),
            "^[A-Za-z0-9._-]{1,64}$", List.of("a", "course", "x.y-z_1"),
            "^[0-9]{1,9}$", List.of("0", "1", "999999999"),
            "^whsec_[A-Za-z0-9+/]+={0,2}$", List.of("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"));

    private final Contract contract;
    private final Random random;

    Generator(Contract contract, long seed) {
        this.contract = contract;
        this.random = new Random(seed);
    }

    Random random() {
        return random;
    }

    <T> T oneOf(List<T> all) {
        return all.get(random.nextInt(all.size()));
    }

    /** A value that the schema allows. */
    JsonNode valid(JsonNode given) {
        JsonNode schema = contract.resolved(given);
        if (schema.has("enum")) {
            return oneOf(StreamSupport.stream(schema.path("enum").spliterator(), false).toList());
        }
        return switch (schema.path("type").asText()) {
            case "object" -> object(schema);
            case "array" -> array(schema);
            case "integer" -> JSON.numberNode(integer(schema));
            case "boolean" -> JSON.booleanNode(random.nextBoolean());
            default -> JSON.textNode(text(schema));
        };
    }

    private ObjectNode object(JsonNode schema) {
        ObjectNode object = JSON.objectNode();
        List<String> required = new ArrayList<>();
        schema.path("required").forEach(name -> required.add(name.asText()));
        List<String> excluded = new ArrayList<>();
        if (schema.has("oneOf")) {
            int chosen = random.nextInt(schema.path("oneOf").size());
            for (int i = 0; i < schema.path("oneOf").size(); i++) {
                List<String> names = i == chosen ? required : excluded;
                schema.path("oneOf").get(i).path("required").forEach(name -> names.add(name.asText()));
            }
        }
        schema.path("properties").propertyStream().forEach(property -> {
            boolean wanted = required.contains(property.getKey())
                    || (!excluded.contains(property.getKey()) && random.nextInt(3) == 0);
            if (wanted) {
                object.set(property.getKey(), valid(property.getValue()));
            }
        });
        List<String> notTogether = new ArrayList<>();
        schema.at("/not/required").forEach(name -> notTogether.add(name.asText()));
        if (!notTogether.isEmpty() && notTogether.stream().allMatch(object::has)) {
            object.remove(oneOf(notTogether));
        }
        if (schema.path("additionalProperties").isObject()) {
            object.set(oneOf(List.of("a", "b.c", "d_e")), valid(schema.path("additionalProperties")));
        }
        return object;
    }

    private ArrayNode array(JsonNode schema) {
        int least = schema.path("minItems").asInt(0);
        ArrayNode array = JSON.arrayNode();
        for (int i = least + random.nextInt(SOME); i > 0; i--) {
            array.add(valid(schema.path("items")));
        }
        return array;
    }

    private long integer(JsonNode schema) {
        long least = schema.path("minimum").asLong(Long.MIN_VALUE);
        long most = schema.path("maximum").asLong(Long.MAX_VALUE);
        return switch (random.nextInt(3)) {
            case 0 -> least;
            case 1 -> most;
            default -> Math.min(most, least + random.nextInt(1_000));
        };
    }

    private String text(JsonNode schema) {
        if (schema.path("format").asText().equals("date-time")) {
            return Instant.now().plusSeconds(60 + random.nextInt(3_600)).toString();
        }
        if (schema.path("format").asText().equals("uri")) {
            return "https://example.com/hook";
        }
        if (schema.has("pattern")) {
            return oneOf(MATCHES.getOrDefault(schema.path("pattern").asText(), List.of("a")));
        }
        int least = schema.path("minLength").asInt(0);
        int most = Math.min(schema.path("maxLength").asInt(20), 20);
        return letters(least + random.nextInt(most - least + 1));
    }

    private String letters(int length) {
        return random.ints(length, 0, 36)
                .collect(StringBuilder::new,
                        (text, c) -> text.append(Character.forDigit(c, 36)), StringBuilder::append)
                .toString();
    }

    String oddText() {
        return oneOf(ODD_TEXTS);
    }

    /** A header's value of printable characters; anything else is the raw tests' business. */
    String oddHeader() {
        return random.ints(random.nextInt(40), 0x20, 0x7f)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
    }

    /** JSON with one to three things wrong with it, or not JSON any more. */
    byte[] spoiled(JsonNode value) {
        JsonNode tree = value.deepCopy();
        for (int i = random.nextInt(3); i >= 0; i--) {
            spoil(tree);
        }
        byte[] bytes = tree.toString().getBytes(StandardCharsets.UTF_8);
        return random.nextInt(3) == 0 ? brokenUp(bytes) : bytes;
    }

    private void spoil(JsonNode tree) {
        List<JsonNode> containers = new ArrayList<>();
        collect(tree, containers);
        Collections.shuffle(containers, random);
        switch (containers.isEmpty() ? null : containers.getFirst()) {
            case ObjectNode object -> {
                List<String> names = new ArrayList<>();
                object.fieldNames().forEachRemaining(names::add);
                String name = names.isEmpty() || random.nextInt(4) == 0 ? oddText() : oneOf(names);
                if (random.nextInt(4) == 0) {
                    object.remove(name);
                } else {
                    object.set(name, odd());
                }
            }
            case ArrayNode array -> {
                if (array.isEmpty() || random.nextBoolean()) {
                    array.add(odd());
                } else {
                    array.set(random.nextInt(array.size()), odd());
                }
            }
            case null, default -> {
                // A bare value: its bytes may be broken up.
            }
        }
    }

    private JsonNode odd() {
        return switch (random.nextInt(10)) {
            case 0 -> JSON.nullNode();
            case 1 -> JSON.booleanNode(random.nextBoolean());
            case 2 -> JSON.numberNode(random.nextLong());
            case 3 -> JSON.numberNode(random.nextGaussian() * 1e300);
            case 4 -> JSON.numberNode(new BigInteger(200, random));
            case 5 -> JSON.arrayNode().add(JSON.objectNode());
            case 6 -> JSON.objectNode().set("x", JSON.nullNode());
            case 7 -> deep();
            default -> JSON.textNode(oddText());
        };
    }

    private JsonNode deep() {
        JsonNode node = JSON.textNode("deep");
        for (int i = random.nextInt(200); i > 0; i--) {
            node = JSON.arrayNode().add(node);
        }
        return node;
    }

    private byte[] brokenUp(byte[] bytes) {
        byte[] broken = Arrays.copyOf(bytes, random.nextBoolean() ? bytes.length : random.nextInt(bytes.length + 1));
        for (int i = random.nextInt(3); i > 0 && broken.length > 0; i--) {
            broken[random.nextInt(broken.length)] = (byte) random.nextInt(256);
        }
        return broken;
    }

    private static void collect(JsonNode node, List<JsonNode> containers) {
        if (node.isContainerNode()) {
            containers.add(node);
            node.forEach(child -> collect(child, containers));
        }
    }
}
