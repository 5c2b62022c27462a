package dev.penstock.gateway.store;

import com.azure.core.credential.TokenCredential;
import dev.penstock.messaging.EntraToken;
import java.time.InstantSource;

/** What a gateway proves its right to a PostgreSQL database with. Thread safe. */
public interface PostgresLogin {
    /**
     * What stands for the password of a new connection; may block while it is fetched.
     *
     * @throws RuntimeException
     *             if none can be had now
     */
    String secret();

    /** The server did not take it. */
    void refused(String secret);

    /** One that stays the same. */
    record Password(String secret) implements PostgresLogin {
        @Override
        public void refused(String same) {}

        @Override
        public String toString() {
            return "Password[redacted]";
        }
    }

    /** A token for Azure Database for PostgreSQL: each new connection takes the one that is valid then. */
    final class Entra implements PostgresLogin {
        private static final String SCOPE = "https://ossrdbms-aad.database.windows.net/.default";

        private final EntraToken token;

        public Entra(TokenCredential credential, InstantSource clock) {
            this.token = new EntraToken(credential, SCOPE, clock);
        }

        @Override
        public String secret() {
            try {
                return token.current();
            } catch (RuntimeException failed) {
                throw new IllegalStateException(
                        "no Entra token for PostgreSQL could be had: check the managed identity,"
                                + " or run 'az login'",
                        failed);
            }
        }

        @Override
        public void refused(String secret) {
            token.refused(secret);
        }
    }
}
