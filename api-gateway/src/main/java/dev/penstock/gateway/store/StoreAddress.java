package dev.penstock.gateway.store;

import com.azure.identity.DefaultAzureCredentialBuilder;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.InstantSource;

/** Where jobs are stored. */
public sealed interface StoreAddress {
    /** How an address starts that is entered with an Entra token. */
    String ENTRA = "postgresql+entra:";
    /** By the certificates that the JDK trusts. */
    String VERIFIED_TLS = "sslmode=verify-full&sslfactory=org.postgresql.ssl.DefaultJavaSSLFactory";

    /** A SQLite file, for one gateway. */
    record SqliteFile(Path path) implements StoreAddress {
    }

    /**
     * A PostgreSQL database, for any number of gateways.
     *
     * @param jdbcUrl
     *            without user and password
     */
    record Postgres(String jdbcUrl, String user, PostgresLogin login) implements StoreAddress {
        @Override
        public String toString() {
            return "Postgres[" + jdbcUrl + "]";
        }
    }

    /**
     * Reads {@code postgresql://user:password@host:port/database?…}, the same as {@code postgresql+entra://} without a
     * password, or a path.
     *
     * @throws IllegalArgumentException
     *             saying what it must be; the text itself stays out, since it may hold a password
     */
    static StoreAddress parse(String text) {
        if (text.startsWith(ENTRA)) {
            return entra(uri("postgresql:" + text.substring(ENTRA.length())));
        }
        if (!text.startsWith("postgresql:") && !text.startsWith("postgres:")) {
            return new SqliteFile(Path.of(text));
        }
        URI uri = uri(text);
        String[] login = login(uri);
        String query = uri.getRawQuery() == null ? "" : "?" + uri.getRawQuery();
        return new Postgres(jdbcUrl(uri) + query, decode(login[0]),
                new PostgresLogin.Password(login.length == 1 ? "" : decode(login[1])));
    }

    /** A token opens more than one database, so it travels encrypted, to a host that proved its name, unless told otherwise. */
    private static Postgres entra(URI uri) {
        String[] login = login(uri);
        if (login.length > 1 || login[0].isEmpty()) {
            throw new IllegalArgumentException("must name the Entra identity as the user and have no password, such as"
                    + " postgresql+entra://penstock-gateway@server.postgres.database.azure.com/penstock");
        }
        String given = uri.getRawQuery() == null ? "" : uri.getRawQuery();
        String query = given.contains("sslmode=") ? given : given + (given.isEmpty() ? "" : "&") + VERIFIED_TLS;
        return new Postgres(jdbcUrl(uri) + "?" + query, decode(login[0]),
                new PostgresLogin.Entra(new DefaultAzureCredentialBuilder().build(), InstantSource.system()));
    }

    private static URI uri(String text) {
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
        return uri;
    }

    private static String[] login(URI uri) {
        return uri.getRawUserInfo() == null ? new String[]{""} : uri.getRawUserInfo().split(":", 2);
    }

    private static String jdbcUrl(URI uri) {
        String port = uri.getPort() == -1 ? "" : ":" + uri.getPort();
        return "jdbc:postgresql://" + uri.getHost() + port + uri.getRawPath();
    }

    private static String decode(String text) {
        return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
    }
}
