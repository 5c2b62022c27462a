package dev.penstock.local.pool;

import io.vertx.core.MultiMap;
import java.util.List;
import java.util.regex.Pattern;

/** Which session a request names, by the rules that Azure's documentation gives for identifiers. */
final class Identifiers {
    private static final int SHORTEST = 4;
    private static final int LONGEST = 128;
    private static final Pattern ALLOWED = Pattern.compile("[A-Za-z0-9|\\-&^%$#(){}\\[\\];<>]*");

    private Identifiers() {}

    /** @throws BadRequestException if there is none, more than one, or one that the rules forbid */
    static String named(MultiMap query) throws BadRequestException {
        List<String> named = query.getAll("identifier");
        if (named.size() != 1 || named.getFirst().isEmpty()) {
            throw invalid("Missing required parameter 'identifier': send it once, in the query string.");
        }
        String identifier = named.getFirst();
        if (identifier.length() < SHORTEST || identifier.length() > LONGEST) {
            throw new BadRequestException("InvalidLengthOfSessionIdentifier", "identifier",
                    "The identifier must have from " + SHORTEST + " to " + LONGEST + " characters.");
        }
        if (!ALLOWED.matcher(identifier).matches()) {
            throw invalid("The identifier may hold only letters, digits and | - & ^ % $ # ( ) { } [ ] ; < >");
        }
        return identifier;
    }

    private static BadRequestException invalid(String message) {
        return new BadRequestException(BadRequestException.VALIDATION_FAILED, "identifier", message);
    }
}
