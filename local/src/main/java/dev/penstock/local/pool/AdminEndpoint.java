package dev.penstock.local.pool;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.penstock.contracts.Json;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import java.net.InetAddress;
import java.util.List;
import java.util.Map;

/**
 * {@code /.local/*}, which Azure has nothing of: lets another process look into the pool and drive its behaviour. For
 * callers on this machine who have the administrator's key.
 *
 * <pre>
 *   GET    /.local/stats                  sessions and answers, as {@link PoolStats}
 *   GET    /.local/metrics                the same for Prometheus
 *   GET    /.local/settings               {@link PoolSettings}; PATCH changes the members that it holds
 *   GET    /.local/faults                 the seed and the rules in force; POST adds a {@link FaultRule}, DELETE clears
 *   POST   /.local/update                 all sessions are lost
 *   POST   /.local/exit?identifier=…      the container of a session exits
 * </pre>
 */
final class AdminEndpoint {
    static final String ROOT = "/.local/";

    private static final int MAX_BODY_BYTES = 64 * 1024;
    /** Misspelt members must not pass as "no change". */
    static final ObjectReader STRICT = Json.MAPPER.reader()
            .with(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES);

    private final Bearer key;
    private final SessionPool pool;
    private final Faults faults;
    private final Forwarder forwarder;
    private final PlatformAnswers answers;
    private final PoolEvents events;

    AdminEndpoint(Bearer key, SessionPool pool, Faults faults, Forwarder forwarder, PlatformAnswers answers,
            PoolEvents events) {
        this.key = key;
        this.pool = pool;
        this.faults = faults;
        this.forwarder = forwarder;
        this.answers = answers;
        this.events = events;
    }

    /** The body is read before anything is done. */
    void handle(HttpServerRequest request, String path) {
        if (!InetAddress.ofLiteral(request.remoteAddress().hostAddress()).isLoopbackAddress()) {
            refuse(request, 403, "Only callers on the pool's own machine may use " + ROOT + "*.");
        } else if (!key.isIn(request)) {
            refuse(request, 401, "Send PENSTOCK_POOL_ADMIN_KEY as bearer token.");
        } else if (bodyTooLong(request)) {
            refuse(request, 413, "Send at most " + MAX_BODY_BYTES + " bytes, with a Content-Length.");
        } else {
            request.resume();
            request.body().onSuccess(body -> perform(request, path, body));
        }
    }

    private static boolean bodyTooLong(HttpServerRequest request) {
        String length = request.getHeader(HttpHeaders.CONTENT_LENGTH);
        return request.headers().contains(HttpHeaders.TRANSFER_ENCODING)
                || (length != null && Long.parseLong(length) > MAX_BODY_BYTES);
    }

    private void perform(HttpServerRequest request, String path, Buffer body) {
        try {
            operate(request, request.method() + " " + path.substring(ROOT.length()), body);
        } catch (JsonProcessingException wrong) {
            refuse(request, 400, "The body does not fit: " + wrong.getOriginalMessage());
        } catch (BadRequestException wrong) {
            refuse(request, 400, wrong.sentence());
        } catch (IllegalStateException refused) {
            refuse(request, 409, String.valueOf(refused.getMessage()));
        } catch (RuntimeException defect) {
            events.failed(defect);
            request.connection().close();
        }
    }

    private void operate(HttpServerRequest request, String operation, Buffer body)
            throws JsonProcessingException, BadRequestException {
        switch (operation) {
            case "GET stats" -> answer(request, stats());
            case "GET metrics" -> answers.text(request, 200, Gauges.prometheus(stats()), AnswerKind.ADMIN);
            case "GET settings" -> answer(request, pool.settings());
            case "PATCH settings" -> answer(request, change(body));
            case "GET faults" -> answer(request, faultsInForce());
            case "POST faults" -> answer(request, add(body));
            case "DELETE faults" -> answer(request, clear());
            case "POST update" -> answer(request, update());
            case "POST exit" -> answer(request, exit(request));
            default -> refuse(request, 404, "There is no " + operation + " under " + ROOT + ".");
        }
    }

    private PoolStats stats() {
        return new PoolStats(pool.gauges(), events.answers());
    }

    private PoolSettings change(Buffer patch) throws JsonProcessingException, BadRequestException {
        ObjectNode merged = Json.MAPPER.valueToTree(pool.settings());
        merged.setAll(parse(patch, ObjectNode.class));
        PoolSettings changed = STRICT.treeToValue(merged, PoolSettings.class);
        pool.change(changed);
        forwarder.cutEnded();
        return changed;
    }

    private FaultsInForce faultsInForce() {
        return new FaultsInForce(faults.seed(), faults.rules());
    }

    private FaultsInForce add(Buffer rule) throws JsonProcessingException, BadRequestException {
        faults.add(parse(rule, FaultRule.class));
        return faultsInForce();
    }

    private static <T> T parse(Buffer body, Class<T> type) throws JsonProcessingException, BadRequestException {
        T value = STRICT.forType(type).readValue(body.toString());
        if (value == null) {
            throw new BadRequestException(BadRequestException.VALIDATION_FAILED, "body", "Send a JSON object.");
        }
        return value;
    }

    private FaultsInForce clear() {
        faults.clear();
        return faultsInForce();
    }

    private Map<String, Integer> update() {
        int lost = pool.update();
        forwarder.cutEnded();
        return Map.of("sessionsLost", lost);
    }

    private Map<String, Boolean> exit(HttpServerRequest request) throws BadRequestException {
        boolean existed = pool.exit(Query.of(request).identifier());
        forwarder.cutEnded();
        return Map.of("exited", existed);
    }

    private void answer(HttpServerRequest request, Object value) {
        answers.json(request, 200, value, AnswerKind.ADMIN);
    }

    private void refuse(HttpServerRequest request, int status, String message) {
        answers.error(request, status, "LocalAdministration", "request", message, AnswerKind.ADMIN);
    }

    private record FaultsInForce(long seed, List<FaultRule> rules) {}
}
