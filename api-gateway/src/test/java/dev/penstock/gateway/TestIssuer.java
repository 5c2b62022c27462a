package dev.penstock.gateway;

import dev.penstock.contracts.Json;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.interfaces.RSAPublicKey;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** An OpenID Connect issuer over HTTP that can rotate its keys and be down. Signs by the JDK alone. */
final class TestIssuer implements AutoCloseable {
    static final String AUDIENCE = "api://penstock";

    private final Vertx vertx = Vertx.vertx();
    private final HttpServer server;
    private final Map<String, KeyPair> published = new ConcurrentHashMap<>();
    private final AtomicInteger keyReads = new AtomicInteger();
    private volatile boolean down;

    TestIssuer() {
        this.server = vertx.createHttpServer().requestHandler(this::answer).listen(0, "127.0.0.1").await();
        publish("first");
    }

    String issuer() {
        return "http://127.0.0.1:" + server.actualPort() + "/tenant/v2.0";
    }

    void setDown(boolean value) {
        down = value;
    }

    int keyReads() {
        return keyReads.get();
    }

    void publish(String keyId) {
        published.put(keyId, newPair());
    }

    void withdraw(String keyId) {
        published.remove(keyId);
    }

    RSAPublicKey publicKey(String keyId) {
        return (RSAPublicKey) pair(keyId).getPublic();
    }

    /** What a good token says. */
    Map<String, Object> claims(String subject) {
        long now = Instant.now().getEpochSecond();
        return new HashMap<>(Map.of("iss", issuer(), "aud", AUDIENCE, "sub", subject, "iat", now, "nbf", now, "exp",
                now + 600, "scp", "openid penstock.read penstock.write"));
    }

    String token(String keyId, Map<String, Object> claims) {
        return token(Map.of("alg", "RS256", "typ", "JWT", "kid", keyId), claims, pair(keyId).getPrivate());
    }

    static String token(Map<String, Object> header, Map<String, Object> claims, PrivateKey key) {
        try {
            String signed = part(header) + "." + part(claims);
            Signature signature = Signature.getInstance("SHA256withRSA");
            signature.initSign(key);
            signature.update(signed.getBytes(StandardCharsets.US_ASCII));
            return signed + "." + base64(signature.sign());
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    /** The trick with the public key as a secret. */
    static String signedWithSecret(Map<String, Object> header, Map<String, Object> claims, byte[] secret) {
        try {
            String signed = part(header) + "." + part(claims);
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(secret, "HmacSHA256"));
            return signed + "." + base64(mac.doFinal(signed.getBytes(StandardCharsets.US_ASCII)));
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    static String part(Map<String, Object> json) {
        try {
            return base64(Json.MAPPER.writeValueAsBytes(json));
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
    }

    static KeyPair newPair() {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
            generator.initialize(2048);
            return generator.generateKeyPair();
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    @Override
    public void close() {
        vertx.close().await();
    }

    private KeyPair pair(String keyId) {
        KeyPair pair = published.get(keyId);
        if (pair == null) {
            throw new IllegalStateException("no key " + keyId);
        }
        return pair;
    }

    private void answer(HttpServerRequest request) {
        if (down) {
            request.connection().close();
        } else if (String.valueOf(request.path()).endsWith("/tenant/v2.0/.well-known/openid-configuration")) {
            end(request, Map.of("issuer", issuer(), "jwks_uri", issuer() + "/keys"));
        } else {
            keyReads.incrementAndGet();
            List<Map<String, Object>> keys = published.keySet().stream().map(this::jwk).toList();
            end(request, Map.of("keys", keys));
        }
    }

    /** As Entra's: without {@code alg}, beside keys that are of no use for signatures. */
    private Map<String, Object> jwk(String keyId) {
        RSAPublicKey key = publicKey(keyId);
        Map<String, Object> jwk = new LinkedHashMap<>();
        jwk.put("kty", "RSA");
        jwk.put("use", "sig");
        jwk.put("kid", keyId);
        jwk.put("n", base64(unsigned(key.getModulus())));
        jwk.put("e", base64(unsigned(key.getPublicExponent())));
        jwk.put("x5c", List.of("not a certificate"));
        return jwk;
    }

    private static void end(HttpServerRequest request, Map<String, Object> json) {
        try {
            request.response()
                    .putHeader("Content-Type", "application/json")
                    .end(Json.MAPPER.writeValueAsString(json));
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
    }

    private static byte[] unsigned(BigInteger number) {
        byte[] bytes = number.toByteArray();
        return bytes[0] == 0 ? Arrays.copyOfRange(bytes, 1, bytes.length) : bytes;
    }

    private static String base64(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }
}
