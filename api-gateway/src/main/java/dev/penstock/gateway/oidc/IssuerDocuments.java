package dev.penstock.gateway.oidc;

import com.fasterxml.jackson.databind.JsonNode;
import dev.penstock.contracts.Json;
import dev.penstock.gateway.process.OidcConfig;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;

/** Reads what an issuer publishes: its metadata, and the keys that it signs with. Every read has a deadline and a bound. */
final class IssuerDocuments implements AutoCloseable {
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(3);
    private static final Duration TIMEOUT = Duration.ofSeconds(5);
    private static final long MOST_BYTES = 512 * 1024;

    private final HttpClient client = HttpClient.newBuilder()
            .connectTimeout(CONNECT_TIMEOUT)
            .followRedirects(HttpClient.Redirect.NEVER)
            .build();

    /**
     * The issuer's key set (RFC 7517). Blocks, at most about ten seconds.
     *
     * @throws IOException
     *             if it can't be read or isn't that issuer's
     */
    JsonNode keys(String issuer) throws IOException, InterruptedException {
        JsonNode metadata = read(URI.create(issuer.replaceAll("/+$", "") + "/.well-known/openid-configuration"));
        if (!issuer.equals(metadata.path("issuer").asText())) {
            throw new IOException("the metadata is of another issuer: " + metadata.path("issuer").asText());
        }
        URI keys = uri(metadata.path("jwks_uri").asText());
        if (!OidcConfig.isSafe(keys)) {
            throw new IOException("the issuer's jwks_uri is not an https URL");
        }
        return read(keys).path("keys");
    }

    private JsonNode read(URI uri) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(uri).timeout(TIMEOUT).header("Accept", "application/json").build();
        HttpResponse<byte[]> response = client.send(request,
                HttpResponse.BodyHandlers.limiting(HttpResponse.BodyHandlers.ofByteArray(), MOST_BYTES));
        if (response.statusCode() != 200) {
            throw new IOException(uri + " answered " + response.statusCode());
        }
        return Json.MAPPER.readTree(response.body());
    }

    private static URI uri(String text) throws IOException {
        try {
            return URI.create(text);
        } catch (IllegalArgumentException wrong) {
            throw new IOException("the issuer's jwks_uri is no URL", wrong);
        }
    }

    @Override
    public void close() {
        client.shutdownNow();
    }
}
