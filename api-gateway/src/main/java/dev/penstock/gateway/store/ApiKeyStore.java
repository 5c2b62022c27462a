package dev.penstock.gateway.store;

import dev.penstock.gateway.store.ApiKey.Scope;
import io.vertx.core.Future;
import java.security.SecureRandom;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** API keys of tenants. */
public final class ApiKeyStore {
    private static final int KEY_BYTES = 32;
    private static final int ID_BYTES = 6;
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final String SELECT = "SELECT id, tenant, name, scopes, created_at, revoked_at FROM api_keys ";

    private final Database database;

    public ApiKeyStore(Database database) {
        this.database = database;
    }

    /**
     * A key that was made just now.
     *
     * @param text
     *            the secret: to be shown once
     */
    public record Fresh(ApiKey key, String text) {
        @Override
        public String toString() {
            return "Fresh[" + key.id() + "]";
        }
    }

    public Future<Fresh> create(String tenant, String name, Set<Scope> scopes, Instant now) {
        String text = "pk_" + Base64.getUrlEncoder().withoutPadding().encodeToString(random(KEY_BYTES));
        ApiKey key = new ApiKey("key_" + HexFormat.of().formatHex(random(ID_BYTES)), tenant, name, scopes, now, null);
        return database.writer()
                .submit(sql -> sql.update("""
                        INSERT INTO api_keys (id, digest, tenant, name, scopes, created_at) VALUES (?, ?, ?, ?, ?, ?)
                        """, key.id(), ApiKey.digest(text), tenant, name, scopes.stream()
                        .map(Rows::name)
                        .sorted()
                        .collect(Collectors.joining(" ")), now.toEpochMilli()))
                .map(_ -> new Fresh(key, text));
    }

    /** Whether the key was valid until now. */
    public Future<Boolean> revoke(String id, Instant now) {
        return database.writer()
                .submit(sql -> sql.update("UPDATE api_keys SET revoked_at = ? WHERE id = ? AND revoked_at IS NULL",
                        now.toEpochMilli(), id) == 1);
    }

    /** All keys, oldest first. */
    public Future<List<ApiKey>> list() {
        return database.readers().submit(sql -> sql.query(SELECT + "ORDER BY created_at, id", ApiKeyStore::key));
    }

    /** The valid key with that digest. */
    public Future<Optional<ApiKey>> find(String digest) {
        return database.readers()
                .submit(sql -> sql.first(SELECT + "WHERE digest = ? AND revoked_at IS NULL", ApiKeyStore::key, digest));
    }

    private static byte[] random(int length) {
        byte[] bytes = new byte[length];
        RANDOM.nextBytes(bytes);
        return bytes;
    }

    private static ApiKey key(ResultSet row) throws SQLException {
        Set<Scope> scopes = Arrays.stream(row.getString("scopes").split(" "))
                .map(Scope::of)
                .collect(Collectors.toSet());
        return new ApiKey(row.getString("id"), row.getString("tenant"), row.getString("name"), scopes,
                Instant.ofEpochMilli(row.getLong("created_at")), Rows.time(row, "revoked_at"));
    }
}
