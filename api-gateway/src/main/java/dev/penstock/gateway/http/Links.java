package dev.penstock.gateway.http;

import java.util.Optional;

/** Where the other pages of a list are (RFC 8288). */
final class Links {
    private Links() {}

    /**
     * The page with its links.
     *
     * @param next
     *            empty on the last page
     */
    static Answer add(Answer page, String first, Optional<String> next) {
        String toFirst = "<" + first + ">; rel=\"first\"";
        return page.with("Link", next.map(url -> "<" + url + ">; rel=\"next\", " + toFirst).orElse(toFirst));
    }
}
