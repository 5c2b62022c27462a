package dev.penstock.gateway.jobs;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.ser.std.StdSerializer;
import dev.penstock.contracts.Json;
import java.io.IOException;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;

/** Writes what callers see, in answers, streams and webhooks: each time in UTC with three digits of the second. */
public final class ViewJson {
    private static final JsonMapper MAPPER = Json.MAPPER.rebuild()
            .addModule(new SimpleModule("times").addSerializer(new Times()))
            .build();

    private ViewJson() {}

    public static byte[] bytes(Object view) {
        try {
            return MAPPER.writeValueAsBytes(view);
        } catch (JsonProcessingException impossible) {
            throw new IllegalStateException("a view could not be written as JSON", impossible);
        }
    }

    /** Without it a time's digits would be as many as it happens to need. */
    private static final class Times extends StdSerializer<Instant> {
        private static final long serialVersionUID = 1;
        private static final DateTimeFormatter FORM = new DateTimeFormatterBuilder().appendInstant(3).toFormatter();

        Times() {
            super(Instant.class);
        }

        @Override
        public void serialize(Instant time, JsonGenerator json, SerializerProvider provider) throws IOException {
            json.writeString(FORM.format(time));
        }
    }
}
