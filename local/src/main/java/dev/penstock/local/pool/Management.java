package dev.penstock.local.pool;

import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * {@code /.management/*} of a custom-container pool: stop, get and list sessions. None of them counts as use of a
 * session or allocates one; Azure doesn't say whether they do there.
 */
final class Management {
    static final String ROOT = "/.management";

    private static final int PAGE = 300;
    private static final Pattern API_VERSION = Pattern.compile("20\\d\\d-\\d\\d-\\d\\d(-preview)?");

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
    Runnable perform(HttpServerRequest request, String path, MultiMap query) throws BadRequestException {
        if (!request.method().equals(HttpMethod.POST)) {
            throw notSupported("Send a POST request to " + ROOT + "/*.");
        }
        String operation = path.substring(ROOT.length());
        requireApiVersion(query);
        return switch (operation) {
            case "/stopSession" -> stop(request, Identifiers.named(query));
            case "/getSession" -> get(request, Identifiers.named(query));
            case "/listSessions" -> list(request, skip(query));
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

    private static int skip(MultiMap query) throws BadRequestException {
        String skip = query.contains("skip") ? query.get("skip") : "0";
        try {
            int number = Integer.parseInt(skip);
            if (number >= 0) {
                return number;
            }
        } catch (NumberFormatException notANumber) {
            // answered below, like a negative number
        }
        throw new BadRequestException(BadRequestException.VALIDATION_FAILED, "skip",
                "'skip' must be a whole number, 0 or more.");
    }

    private static void requireApiVersion(MultiMap query) throws BadRequestException {
        String version = query.get("api-version");
        if (version == null || !API_VERSION.matcher(version).matches()) {
            throw new BadRequestException(BadRequestException.VALIDATION_FAILED, "api-version",
                    "Missing or malformed 'api-version': send for instance 2025-10-02-preview.");
        }
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
    private record Page(List<SessionView> value, int count, @Nullable String nextLink) {}
}
