package dev.penstock.local.containers;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/** The compose file as an engine would see it: variables put in, merges done. */
record ComposeFile(Map<String, Object> root) {
    static final Path PATH = Path.of("../docker-compose.yml");
    /** {@code $$}, {@code ${NAME}}, {@code ${NAME:-absent}}, {@code ${NAME:?message}}. */
    private static final Pattern VARIABLE = Pattern
            .compile("\\$\\$|\\$\\{(?<name>[A-Z_]+)(?<how>:[-?])?(?<rest>[^}]*)}");

    /** @throws IllegalStateException with the file's own message when a variable is missing */
    static ComposeFile read(Map<String, String> variables) throws IOException {
        Object tree = new Yaml(new SafeConstructor(new LoaderOptions())).load(Files.readString(PATH));
        return new ComposeFile(map(put(variables, Objects.requireNonNull(tree))));
    }

    /** In the file's order. */
    Map<String, Service> services() {
        Map<String, Service> services = new LinkedHashMap<>();
        map(root.get("services")).forEach((name, service) -> services.put(name, new Service(name, map(service))));
        return services;
    }

    Service service(String name) {
        return Objects.requireNonNull(services().get(name), name);
    }

    /** Whether containers in that network can reach only each other. */
    boolean isInternal(String network) {
        return Boolean.TRUE.equals(map(map(root.get("networks")).get(network)).get("internal"));
    }

    /** One service; what is absent is empty. */
    record Service(String name, Map<String, Object> fields) {
        Map<String, String> environment() {
            Map<String, String> environment = new LinkedHashMap<>();
            map(fields.get("environment")).forEach((key, value) -> environment.put(key, String.valueOf(value)));
            return environment;
        }

        /** The target of {@code deploy/images/Dockerfile}, where it is one of ours. */
        Optional<String> target() {
            return Optional.ofNullable(map(fields.get("build")).get("target")).map(Object::toString);
        }

        List<String> list(String field) {
            return switch (fields.get(field)) {
                case null -> List.of();
                case Map<?, ?> map -> map.keySet().stream().map(Object::toString).toList();
                case List<?> list -> list.stream().map(Object::toString).toList();
                case Object single -> List.of(single.toString());
            };
        }

        /** What must be {@code service_healthy} before this one starts, and whether it may be left out by its profile. */
        Map<String, Object> dependsOn() {
            return map(fields.get("depends_on"));
        }

        boolean flag(String field) {
            return Boolean.TRUE.equals(fields.get(field));
        }

        Optional<String> text(String field) {
            return Optional.ofNullable(fields.get(field)).map(Object::toString);
        }
    }

    @SuppressWarnings("unchecked")
    static Map<String, Object> map(@org.jspecify.annotations.Nullable Object tree) {
        return tree == null ? Map.of() : (Map<String, Object>) tree;
    }

    private static Object put(Map<String, String> variables, Object tree) {
        return switch (tree) {
            case Map<?, ?> map -> {
                Map<String, Object> copy = new LinkedHashMap<>();
                map.forEach((key, value) -> copy.put(key.toString(), value == null ? Map.of() : put(variables, value)));
                yield copy;
            }
            case List<?> list -> list.stream().map(element -> put(variables, element)).toList();
            case String text -> VARIABLE.matcher(text).replaceAll(match -> value(variables, match));
            default -> tree;
        };
    }

    private static String value(Map<String, String> variables, MatchResult match) {
        if (match.group().equals("$$")) {
            return "\\$";
        }
        String given = variables.getOrDefault(match.group("name"), "");
        String how = Stream.ofNullable(match.group("how")).findFirst().orElse("");
        if (given.isEmpty() && how.equals(":?")) {
            throw new IllegalStateException(match.group("name") + ": " + match.group("rest"));
        }
        return java.util.regex.Matcher.quoteReplacement(given.isEmpty() && how.equals(":-")
                ? match.group("rest")
                : given);
    }
}
