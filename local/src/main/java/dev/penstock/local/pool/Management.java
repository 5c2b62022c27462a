package dev.penstock.local.pool;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * {@code /.management/*} of a custom-container pool: stop, get and list sessions. None of them counts as use of a
 * session or allocates one; Azure doesn't say whether they do there.
 */
final class Management {
    static final String ROOT = "/.management";

    private static final int PAGE = 300;

    private final SessionPool pool;
    private final Forwarder forwarder;
    private final PlatformAnswers answers;

    Management(SessionPool pool, Forwarder forwarder, PlatformAnswers answers) {
        this.pool = pool;
        this.forwarder = forwarder;
        this.answers = answers;
    }

    static boolean owns(String path) {
        return path.equals(ROOT) || path.startsWith(ROOT + "/");
    }

    /** Does what is asked; what comes back sends the answer. */
    Runnable perform(HttpServerRequest request, String path, Query query) throws BadRequestException {
        if (!request.method().equals(HttpMethod.POST)) {
            throw notSupported("Send a POST request to " + ROOT + "/*.");
        }
        String operation = path.substring(ROOT.length());
        query.requireApiVersion();
        return switch (operation) {
            case "/stopSession" -> stop(request, query.identifier());
            case "/getSession" -> get(request, query.identifier());
            case "/listSessions" -> list(request, query.skip());
            default -> throw notSupported("There is stopSession, getSession and listSessions.");
        };
    }

    /** Stopping a session that is already stopping succeeds and changes nothing. */
    private Runnable stop(HttpServerRequest request, String identifier) throws BadRequestException {
        Session stopped = pool.stop(identifier).orElseThrow(Management::notFound);
        forwarder.cut(stopped);
        forwarder.cutEnded();
        return () -> answers.stopped(request, identifier);
    }

    private Runnable get(HttpServerRequest request, String identifier) throws BadRequestException {
        SessionView view = pool.view(identifier).orElseThrow(Management::notFound);
        return () -> answers.json(request, 200, view, AnswerKind.MANAGED);
    }

    private Runnable list(HttpServerRequest request, int skip) {
        List<SessionView> all = pool.list();
        List<SessionView> page = all.stream().skip(skip).limit(PAGE).toList();
        int next = skip + page.size();
        String link = next < all.size() ? "http://" + request.authority() + ROOT + "/listSessions?skip=" + next : null;
        return () -> answers.json(request, 200, new Page(page, page.size(), link), AnswerKind.MANAGED);
    }

    private static BadRequestException notSupported(String message) {
        return new BadRequestException(BadRequestException.NOT_SUPPORTED, "path", message);
    }

    private static BadRequestException notFound() {
        return new BadRequestException(BadRequestException.NOT_FOUND, "identifier",
                "There is no session with this identifier: it was never allocated, was stopped, or has expired.");
    }

    /**
     * @param nextLink
     *            without the api-version, as in Azure's documentation: the client has to add it
     */
    private record Page(List<SessionView> value, int count,
            @JsonInclude(JsonInclude.Include.ALWAYS) @Nullable String nextLink) {}
}
