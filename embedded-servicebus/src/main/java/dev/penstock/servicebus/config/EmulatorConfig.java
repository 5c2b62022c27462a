package dev.penstock.servicebus.config;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.penstock.servicebus.entity.QueueOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The queues of a {@code Config.json} as Microsoft's Service Bus emulator takes it. Its limits do not apply: any number of
 * queues, any duration.
 *
 * @param queues options by queue name, in the file's order
 * @param warnings settings that have no effect here, one sentence each
 */
public record EmulatorConfig(Map<String, QueueOptions> queues, List<String> warnings) {

    /**
     * Reads a file.
     *
     * @throws IllegalArgumentException naming everything that is wrong with it
     * @throws IOException when it can't be read
     */
    public static EmulatorConfig read(Path file) throws IOException {
        return parse(Files.readString(file));
    }

    /**
     * Reads the text of a file.
     *
     * @throws IllegalArgumentException naming everything that is wrong with it
     */
    public static EmulatorConfig parse(String json) {
        JsonNode root;
        try {
            root = new ObjectMapper().readTree(json);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("the configuration is not JSON: " + e.getOriginalMessage() + " at line "
                    + e.getLocation().getLineNr() + ", column " + e.getLocation().getColumnNr(), e);
        }
        var reader = new Reader();
        reader.readRoot(root);
        if (!reader.problems.isEmpty()) {
            throw new IllegalArgumentException("the configuration has errors: " + String.join("; ", reader.problems));
        }
        return new EmulatorConfig(reader.queues, reader.warnings);
    }

    private static final class Reader {
        final Map<String, QueueOptions> queues = new LinkedHashMap<>();
        final List<String> warnings = new ArrayList<>();
        final List<String> problems = new ArrayList<>();

        void readRoot(JsonNode root) {
            warnOfOthers(root, "", List.of("UserConfig"));
            var user = root.path("UserConfig");
            warnOfOthers(user, "UserConfig.", List.of("Namespaces", "Logging"));
            if (!user.path("Namespaces").isArray()) {
                problems.add("UserConfig.Namespaces must be a list of namespaces");
            }
            for (var namespace : user.path("Namespaces")) {
                readNamespace(namespace);
            }
        }

        private void readNamespace(JsonNode namespace) {
            warnOfOthers(namespace, "Namespaces[].", List.of("Name", "Queues", "Topics"));
            if (!namespace.path("Topics").isEmpty()) {
                warnings.add("Topics are not supported: they are left out");
            }
            for (var queue : namespace.path("Queues")) {
                readQueue(queue);
            }
        }

        private void readQueue(JsonNode queue) {
            warnOfOthers(queue, "Queues[].", List.of("Name", "Properties"));
            var name = queue.path("Name").asText("");
            if (name.isBlank()) {
                problems.add("a queue has no Name");
            } else if (queues.containsKey(name)) {
                problems.add("there are two queues named " + name);
            } else {
                var properties = new QueueProperties(name, queue.path("Properties"));
                queues.put(name, properties.options());
                warnings.addAll(properties.warnings());
                problems.addAll(properties.problems());
            }
        }

        private void warnOfOthers(JsonNode node, String prefix, List<String> known) {
            node.fieldNames().forEachRemaining(field -> {
                if (!known.contains(field)) {
                    warnings.add(prefix + field + " is not known: it has no effect");
                }
            });
        }
    }
}
