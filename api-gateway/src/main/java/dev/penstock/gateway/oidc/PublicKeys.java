package dev.penstock.gateway.oidc;

import com.fasterxml.jackson.databind.JsonNode;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Picks from a key set what tokens may be signed with: public keys of asymmetric algorithms, nothing else. */
final class PublicKeys {
    static final Set<String> ALGORITHMS = Set.of("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384",
            "ES512", "EdDSA");
    private static final Map<String, String> ALGORITHM_OF_CURVE = Map.of("P-256", "ES256", "P-384", "ES384", "P-521",
            "ES512");
    /** Certificates and private parts stay out. */
    private static final List<String> MEMBERS = List.of("kty", "kid", "use", "alg", "n", "e", "crv", "x", "y");
    private static final int LEAST_RSA_BYTES = 2048 / 8;
    private static final int MOST_KEYS = 100;

    private PublicKeys() {}

    static List<JsonObject> usable(JsonNode keys) {
        List<JsonObject> usable = new ArrayList<>();
        for (JsonNode key : keys) {
            JsonObject bare = bare(key);
            if (usable.size() < MOST_KEYS && isUsable(bare)) {
                usable.add(bare);
            }
        }
        return usable;
    }

    private static JsonObject bare(JsonNode key) {
        JsonObject bare = new JsonObject();
        for (String member : MEMBERS) {
            if (key.path(member).isTextual()) {
                bare.put(member, key.path(member).asText());
            }
        }
        if (!bare.containsKey("alg") && bare.containsKey("crv")) {
            bare.put("alg", ALGORITHM_OF_CURVE.getOrDefault(bare.getString("crv"), "EdDSA"));
        }
        return bare;
    }

    private static boolean isUsable(JsonObject key) {
        boolean signs = key.getString("use", "sig").equals("sig");
        boolean asymmetric = Set.of("RSA", "EC", "OKP").contains(key.getString("kty", ""));
        return signs && asymmetric && ALGORITHMS.contains(key.getString("alg", "RS256")) && isStrong(key);
    }

    private static boolean isStrong(JsonObject key) {
        if (!"RSA".equals(key.getString("kty"))) {
            return true;
        }
        try {
            return Base64.getUrlDecoder().decode(key.getString("n", "")).length >= LEAST_RSA_BYTES;
        } catch (IllegalArgumentException broken) {
            return false;
        }
    }
}
