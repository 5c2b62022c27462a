package dev.penstock.gateway.http;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.penstock.contracts.Json;
import io.vertx.core.buffer.Buffer;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/** Bytes to a JSON object, with nothing ambiguous let through: strict UTF-8, no key twice, nothing behind the end. */
final class JsonBody {
    private static final ObjectReader READER = Json.MAPPER.readerFor(JsonNode.class)
            .with(JsonParser.Feature.STRICT_DUPLICATE_DETECTION);

    /** Some clients begin with it; RFC 8259 allows to ignore it. */
    private static final String BYTE_ORDER_MARK = "\ufeff";

    private JsonBody() {}

    /**
     * Reads the object.
     *
     * @throws ProblemException
     *             400 if it is none
     */
    static ObjectNode parse(Buffer body) {
        try {
            String text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(body.getBytes())).toString();
            JsonNode tree = READER.readTree(text.startsWith(BYTE_ORDER_MARK) ? text.substring(1) : text);
            if (tree instanceof ObjectNode object) {
                return object;
            }
            throw Problem.invalid("", "must be a JSON object").asException();
        } catch (CharacterCodingException notUtf8) {
            throw Problem.invalid("", "must be UTF-8").asException();
        } catch (JsonProcessingException broken) {
            throw Problem.invalid("", "must be correct JSON: " + reason(broken)).asException();
        }
    }

    private static String reason(JsonProcessingException broken) {
        // Jackson adds where a marker was opened, with a source that it hides: of no use to a caller.
        String text = broken.getOriginalMessage()
                .lines()
                .findFirst()
                .orElse("")
                .replaceAll(" \\(start marker at .*", "");
        String place = broken.getLocation() == null
                ? ""
                : " (line " + broken.getLocation().getLineNr() + ", column " + broken.getLocation().getColumnNr() + ")";
        return (text.length() <= 120 ? text : text.substring(0, 120) + "…") + place;
    }
}
