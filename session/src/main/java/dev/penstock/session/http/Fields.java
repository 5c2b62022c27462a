package dev.penstock.session.http;

import com.fasterxml.jackson.databind.JsonNode;
import dev.penstock.contracts.Json;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/** Typed access to the fields of a JSON object; a field of the wrong type is refused by its path. */
record Fields(JsonNode object, String path) {
    /** The fields of a body. */
    static Fields parse(byte[] body) {
        try {
            JsonNode tree = Json.MAPPER.readTree(body);
            if (tree != null && tree.isObject()) {
                return new Fields(tree, "");
            }
        } catch (IOException broken) {
            throw RefusedException.invalid("the body is not JSON; send an object such as {\"code\":\"print(1)\"}");
        }
        throw RefusedException.invalid("the body must be a JSON object such as {\"code\":\"print(1)\"}");
    }

    Optional<String> text(String name) {
        return present(name).map(value -> {
            if (!value.isTextual()) {
                throw RefusedException.invalid(path + name + " must be a string");
            }
            return unicode(path + name, value.textValue());
        });
    }

    /** Half a surrogate pair is no character: a program would get something else than was sent. */
    static String unicode(String path, String text) {
        if (text.codePoints().anyMatch(point -> point >= Character.MIN_SURROGATE && point <= Character.MAX_SURROGATE)) {
            throw RefusedException.invalid(path + " must be Unicode, without half surrogate pairs; send other"
                    + " bytes as base64");
        }
        return text;
    }

    OptionalDouble number(String name) {
        Optional<JsonNode> value = present(name);
        if (value.isEmpty()) {
            return OptionalDouble.empty();
        }
        if (!value.get().isNumber() || !(value.get().doubleValue() > 0)) {
            throw RefusedException.invalid(path + name + " must be a number greater than 0");
        }
        return OptionalDouble.of(value.get().doubleValue());
    }

    /** A whole number greater than 0, or null. */
    @Nullable
    Long count(String name) {
        Optional<JsonNode> value = present(name);
        if (value.isEmpty()) {
            return null;
        }
        if (!value.get().isIntegralNumber() || !value.get().canConvertToLong() || value.get().longValue() <= 0) {
            throw RefusedException.invalid(path + name + " must be a whole number greater than 0");
        }
        return value.get().longValue();
    }

    List<String> texts(String name) {
        var all = new ArrayList<String>();
        for (JsonNode item : array(name)) {
            if (!item.isTextual()) {
                throw RefusedException.invalid(path + name + " must be an array of strings");
            }
            all.add(unicode(path + name, item.textValue()));
        }
        return all;
    }

    List<Fields> objects(String name) {
        var all = new ArrayList<Fields>();
        for (JsonNode item : array(name)) {
            String itemPath = path + name + "[" + all.size() + "]";
            if (!item.isObject()) {
                throw RefusedException.invalid(itemPath + " must be an object");
            }
            all.add(new Fields(item, itemPath + "."));
        }
        return all;
    }

    Optional<Fields> object(String name) {
        return present(name).map(value -> {
            if (!value.isObject()) {
                throw RefusedException.invalid(path + name + " must be an object");
            }
            return new Fields(value, path + name + ".");
        });
    }

    /** Names of all fields. */
    List<String> names() {
        var all = new ArrayList<String>();
        object.fieldNames().forEachRemaining(all::add);
        return all;
    }

    private Iterable<JsonNode> array(String name) {
        Optional<JsonNode> value = present(name);
        if (value.isPresent() && !value.get().isArray()) {
            throw RefusedException.invalid(path + name + " must be an array");
        }
        return value.<Iterable<JsonNode>>map(array -> array).orElse(List.of());
    }

    private Optional<JsonNode> present(String name) {
        return Optional.ofNullable(object.get(name)).filter(value -> !value.isNull());
    }
}
