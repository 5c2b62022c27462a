package dev.penstock.contracts;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/** Records to messages and back. Unknown fields are ignored, unknown versions and kinds refused. Thread safe. */
public final class MessageCodec {
    /** Application property with {@link JobMessage#attempt()}. */
    public static final String ATTEMPT = "attempt";
    /** Application property with {@link JobMessage#requeues()}. */
    public static final String REQUEUES = "requeues";

    private MessageCodec() {}

    public static Envelope encode(JobMessage message) {
        return encode(message, write(message.job()));
    }

    /** As {@link #encode(JobMessage)}, with a body that was encoded or received before: a copy's bytes never drift. */
    public static Envelope encode(JobMessage message, byte[] body) {
        return new Envelope(message.messageId(), "job", body,
                Map.of(ATTEMPT, message.attempt(), REQUEUES, message.requeues()));
    }

    public static Envelope encode(String messageId, Reply reply) {
        return new Envelope(messageId, subject(reply), write(reply), Map.of());
    }

    /**
     * Reads a job.
     *
     * @throws UndecodableMessageException
     *             if the message is no job of this version
     */
    public static JobMessage decodeJob(Envelope envelope) {
        try {
            Job job = read(envelope, Job.class);
            return new JobMessage(job, counter(envelope, ATTEMPT, 1), counter(envelope, REQUEUES, 0));
        } catch (IOException | RuntimeException wrong) {
            throw new UndecodableMessageException("not a job: " + reason(wrong), jobId(envelope, "id"));
        }
    }

    /**
     * Reads a reply.
     *
     * @throws UndecodableMessageException
     *             if the message is no reply of this version
     */
    public static Reply decodeReply(Envelope envelope) {
        try {
            return read(envelope, Reply.class);
        } catch (IOException | RuntimeException wrong) {
            throw new UndecodableMessageException("not a reply: " + reason(wrong), jobId(envelope, "jobId"));
        }
    }

    /** The message's id is the job's: telling twice is once too often. */
    public static Envelope encode(Cancellation cancellation) {
        return new Envelope(cancellation.jobId(), "cancellation", write(cancellation), Map.of());
    }

    /**
     * Reads a cancellation.
     *
     * @throws UndecodableMessageException
     *             if the message is no cancellation of this version
     */
    public static Cancellation decodeCancellation(Envelope envelope) {
        try {
            return read(envelope, Cancellation.class);
        } catch (IOException | RuntimeException wrong) {
            throw new UndecodableMessageException("not a cancellation: " + reason(wrong), jobId(envelope, "jobId"));
        }
    }

    /** JSON's {@code null} reads as a null of any type; it is no message of any. */
    private static <T> T read(Envelope envelope, Class<T> type) throws IOException {
        return Objects.requireNonNull(Json.MAPPER.readValue(envelope.body(), type), "null");
    }

    private static String subject(Reply reply) {
        return switch (reply) {
            case Reply.Finished _ -> "finished";
            case Reply.Progressed _ -> "progressed";
            case Reply.RuntimesAnnounced _ -> "runtimes";
            case Reply.WorkerAnnounced _ -> "worker";
        };
    }

    private static byte[] write(Object value) {
        try {
            return Json.MAPPER.writeValueAsBytes(value);
        } catch (JsonProcessingException impossible) {
            throw new IllegalStateException("a contract record could not be written as JSON", impossible);
        }
    }

    private static int counter(Envelope envelope, String name, int absent) {
        return switch (envelope.properties().get(name)) {
            case null -> absent;
            case Number n -> Math.toIntExact(n.longValue());
            default -> throw new IllegalArgumentException("property " + name + " is not a number");
        };
    }

    /** Poison still ends a job when its id can be read (issue 4). */
    private static Optional<String> jobId(Envelope envelope, String field) {
        try {
            JsonNode tree = Json.MAPPER.readTree(envelope.body());
            return Optional.of(tree.path(field).asText()).filter(Job::isId);
        } catch (IOException notJson) {
            return Optional.empty();
        }
    }

    private static String reason(Exception wrong) {
        String text = wrong instanceof JsonProcessingException json
                ? json.getOriginalMessage()
                : String.valueOf(wrong.getMessage());
        return text.length() <= 200 ? text : text.substring(0, 200) + "…";
    }
}
