package dev.penstock.gateway.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.penstock.gateway.http.Problem.FieldError;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads an object's fields and notes everything that is wrong with them, so that a caller hears it all at once. A value
 * that is wrong reads as absent. {@code null} counts as absent.
 */
final class Fields {
    private final ObjectNode object;
    private final String pointer;
    private final List<FieldError> errors;

    Fields(ObjectNode object) {
        this(object, "", new ArrayList<>());
    }

    private Fields(ObjectNode object, String pointer, List<FieldError> errors) {
        this.object = object;
        this.pointer = pointer;
        this.errors = errors;
    }

    /** Fields of other names are mistakes: a misspelt limit must not be ignored. */
    Fields allowing(Set<String> names) {
        object.fieldNames().forEachRemaining(name -> {
            if (!names.contains(name)) {
                wrong(name, "is not known; use " + String.join(", ", names.stream().sorted().toList()));
            }
        });
        return this;
    }

    /** Any text that can be written as UTF-8, of at most so many characters. */
    Optional<String> text(String name, int longest) {
        return text(name, text -> TextRules.fault(text, longest));
    }

    /** As {@link #text(String, int)}, without NUL. */
    Optional<String> textWithoutNul(String name, int longest) {
        return text(name, text -> TextRules.faultOrNul(text, longest));
    }

    String required(String name, Optional<String> value) {
        if (!has(name)) {
            wrong(name, "is missing");
        } else if (value.isPresent() && value.get().isEmpty()) {
            wrong(name, "must not be empty");
        }
        return value.orElse("");
    }

    /** A whole number greater than 0. */
    @Nullable
    Long positive(String name) {
        Optional<JsonNode> node = present(name);
        if (node.isEmpty()) {
            return null;
        }
        if (!node.get().canConvertToExactIntegral() || !node.get().canConvertToLong() || node.get().longValue() <= 0) {
            wrong(name, "must be a whole number greater than 0");
            return null;
        }
        return node.get().longValue();
    }

    Optional<Instant> time(String name) {
        return text(name, 64).flatMap(text -> {
            try {
                return Optional.of(OffsetDateTime.parse(text).toInstant());
            } catch (DateTimeParseException notATime) {
                wrong(name, "must be a time as in RFC 3339, such as 2030-01-31T12:00:00Z");
                return Optional.empty();
            }
        });
    }

    Optional<Fields> object(String name) {
        Optional<JsonNode> node = present(name);
        if (node.isPresent() && !node.get().isObject()) {
            wrong(name, "must be an object");
        }
        return node.filter(JsonNode::isObject).map(found -> new Fields((ObjectNode) found, at(name), errors));
    }

    /** At least one object. */
    List<Fields> objects(String name, int most) {
        List<Fields> found = new ArrayList<>();
        List<JsonNode> items = array(name, 1, most);
        for (int i = 0; i < items.size(); i++) {
            if (items.get(i) instanceof ObjectNode item) {
                found.add(new Fields(item, at(name) + "/" + i, errors));
            } else {
                wrong(name + "/" + i, "must be an object");
            }
        }
        return found;
    }

    /** Strings without NUL; none where nothing is given and none are needed. */
    List<String> texts(String name, int least, int most, int longest) {
        List<String> found = new ArrayList<>();
        List<JsonNode> items = array(name, least, most);
        for (int i = 0; i < items.size(); i++) {
            sound(name + "/" + i, items.get(i), text -> TextRules.faultOrNul(text, longest)).ifPresent(found::add);
        }
        return found;
    }

    /**
     * An object of texts.
     *
     * @param names
     *            what its field names must match
     */
    Map<String, String> textMap(String name, int most, Pattern names, int longest) {
        Optional<Fields> map = object(name);
        if (map.isEmpty()) {
            return Map.of();
        }
        if (map.get().object.size() > most) {
            wrong(name, "must have at most " + most + " entries");
            return Map.of();
        }
        Map<String, String> found = new LinkedHashMap<>();
        map.get().object.fieldNames().forEachRemaining(key -> {
            if (!names.matcher(key).matches()) {
                map.get().wrong(key, "must have a name that matches " + names);
            } else {
                found.put(key, map.get().required(key, map.get().textWithoutNul(key, longest)));
            }
        });
        return found;
    }

    /** A value of any type, unchecked. */
    Optional<JsonNode> value(String name) {
        return present(name);
    }

    /** Whether the value is {@code null} or {@code false}, and not just absent. */
    boolean switchedOff(String name) {
        JsonNode node = object.get(name);
        return node != null && (node.isNull() || (node.isBoolean() && !node.booleanValue()));
    }

    boolean has(String name) {
        return present(name).isPresent();
    }

    /**
     * Notes a mistake.
     *
     * @param name
     *            field, or path below this object; empty for the object itself
     */
    void wrong(String name, String detail) {
        wrongAt(name.isEmpty() ? pointer : at(name), detail);
    }

    /** Notes a mistake anywhere in the body, by its pointer. */
    void wrongAt(String place, String detail) {
        if (errors.size() < Problem.MOST_ERRORS) {
            errors.add(FieldError.at(place, detail));
        }
    }

    /** Whether there were mistakes anywhere in the body until now. */
    boolean flawed() {
        return !errors.isEmpty();
    }

    /** Throws a {@link ProblemException} if there were mistakes, here or below. */
    void verify() {
        if (!errors.isEmpty()) {
            throw Problem.invalid(errors).asException();
        }
    }

    private List<JsonNode> array(String name, int least, int most) {
        Optional<JsonNode> node = present(name);
        if (node.isEmpty() && least == 0) {
            return List.of();
        }
        if (node.isPresent() && !node.get().isArray()) {
            wrong(name, "must be an array");
            return List.of();
        }
        int size = node.map(JsonNode::size).orElse(0);
        if (size < least || size > most) {
            wrong(name, "must hold " + least + " to " + most + " elements; here are " + size);
            return List.of();
        }
        List<JsonNode> items = new ArrayList<>();
        node.get().forEach(items::add);
        return items;
    }

    private Optional<String> text(String name, Function<String, Optional<String>> faults) {
        return present(name).flatMap(node -> sound(name, node, faults));
    }

    private Optional<String> sound(String place, JsonNode node, Function<String, Optional<String>> faults) {
        Optional<String> fault = node.isTextual() ? faults.apply(node.textValue()) : Optional.of("must be a string");
        fault.ifPresent(detail -> wrong(place, detail));
        return fault.isEmpty() ? Optional.of(node.textValue()) : Optional.empty();
    }

    private Optional<JsonNode> present(String name) {
        return Optional.ofNullable(object.get(name)).filter(node -> !node.isNull());
    }

    /** Field names of ours need no escaping; a caller's unknown one may. */
    private String at(String name) {
        return pointer + "/" + (object.has(name) ? name.replace("~", "~0").replace("/", "~1") : name);
    }
}
