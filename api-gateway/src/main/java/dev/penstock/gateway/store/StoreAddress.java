package dev.penstock.gateway.store;

import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** Where jobs are stored. */
public sealed interface StoreAddress {
    /** A SQLite file, for one gateway. */
    record SqliteFile(Path path) implements StoreAddress {
    }

    /**
     * A PostgreSQL database, for any number of gateways.
     *
     * @param jdbcUrl
     *            without user and password
     */
    record Postgres(String jdbcUrl, String user, String password) implements StoreAddress {
        @Override
        public String toString() {
            return "Postgres[" + jdbcUrl + "]";
        }
    }

    /**
     * Reads {@code postgresql://user:password@host:port/database?…}, or a path.
     *
     * @throws IllegalArgumentException
     *             saying what it must be; the text itself stays out, since it may hold a password
     */
    static StoreAddress parse(String text) {
        if (!text.startsWith("postgresql:") && !text.startsWith("postgres:")) {
            return new SqliteFile(Path.of(text));
        }
        String rule = "must be a file, or a URL such as postgresql://user:password@host:5432/penstock";
        URI uri;
        try {
            uri = URI.create(text);
        } catch (IllegalArgumentException holdsTheText) {
            throw new IllegalArgumentException(rule);
        }
        if (uri.getHost() == null || uri.getPath() == null || uri.getPath().length() < 2) {
            throw new IllegalArgumentException(rule);
        }
        String[] login = uri.getRawUserInfo() == null ? new String[]{""} : uri.getRawUserInfo().split(":", 2);
        String port = uri.getPort() == -1 ? "" : ":" + uri.getPort();
        String query = uri.getRawQuery() == null ? "" : "?" + uri.getRawQuery();
        return new Postgres("jdbc:postgresql://" + uri.getHost() + port + uri.getRawPath() + query, decode(login[0]),
                login.length == 1 ? "" : decode(login[1]));
    }

    private static String decode(String text) {
        return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
    }
}
