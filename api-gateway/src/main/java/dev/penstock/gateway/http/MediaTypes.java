package dev.penstock.gateway.http;

import io.vertx.core.http.HttpServerRequest;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What bodies may come in and what answers may go out as. */
final class MediaTypes {
    /** A type and its parameters. */
    private static final Pattern TYPE = Pattern.compile("\\s*([^;,\\s]+)\\s*((?:;[^,]*)?)");
    private static final Pattern CHARSET = Pattern.compile(";\\s*charset\\s*=\\s*\"?([^;\\s\"]*)\"?",
            Pattern.CASE_INSENSITIVE);
    private static final Set<String> UTF_8 = Set.of("utf-8", "utf8");
    /** A weight of zero among a range's parameters. */
    private static final Pattern REFUSED = Pattern.compile("(?:^|;)\\s*[qQ]\\s*=\\s*0(?:\\.0{0,3})?\\s*(?:;|$)");

    private MediaTypes() {}

    /**
     * Only JSON, which no web form can send without the browser asking first (decision 18), and only in UTF-8.
     *
     * @throws ProblemException
     *             415 otherwise
     */
    static void requireJsonBody(HttpServerRequest request) {
        List<String> types = request.headers().getAll("Content-Type");
        Matcher type = TYPE.matcher(types.size() == 1 ? types.getFirst() : "");
        if (!type.matches() || !type.group(1).equalsIgnoreCase(Answer.JSON) || !isUtf8(type.group(2))) {
            throw Problem
                    .of(ProblemType.UNSUPPORTED_MEDIA_TYPE,
                            "Send the body as JSON in UTF-8 with Content-Type: application/json.")
                    .withHeader("Accept-Post", Answer.JSON)
                    .asException();
        }
        String encoding = request.getHeader("Content-Encoding");
        if (encoding != null && !encoding.equalsIgnoreCase("identity")) {
            throw Problem.of(ProblemType.UNSUPPORTED_MEDIA_TYPE, "Send the body without Content-Encoding.")
                    .withHeader("Accept-Encoding", "identity")
                    .asException();
        }
    }

    /** JSON has no parameters; a charset that some send all the same must be true, others are ignored. */
    private static boolean isUtf8(String parameters) {
        return CHARSET.matcher(parameters)
                .results()
                .allMatch(charset -> UTF_8.contains(charset.group(1).toLowerCase(Locale.ROOT)));
    }

    /**
     * Asks whether the caller takes what is answered here. Of the ranges that match, the most specific counts, as in RFC
     * 9110.
     *
     * @throws ProblemException
     *             406 if not
     */
    static void requireAccepts(HttpServerRequest request, String mediaType) {
        String accept = String.join(",", request.headers().getAll("Accept"));
        if (accept.isBlank()) {
            return;
        }
        String type = mediaType.split(";", 2)[0];
        List<String> wanted = List.of("*/*", type.substring(0, type.indexOf('/') + 1) + "*", type);
        int specificity = -1;
        boolean accepted = false;
        for (String range : accept.split(",")) {
            String[] parts = range.split(";", 2);
            int matching = wanted.indexOf(parts[0].strip().toLowerCase(Locale.ROOT));
            if (matching > specificity) {
                specificity = matching;
                accepted = parts.length == 1 || !REFUSED.matcher(parts[1]).find();
            }
        }
        if (!accepted) {
            throw Problem.of(ProblemType.NOT_ACCEPTABLE, "The answer is " + type + "; accept that.").asException();
        }
    }
}
