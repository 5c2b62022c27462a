package dev.penstock.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.penstock.gateway.store.ApiKey.Scope;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.security.KeyPair;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Callers who present tokens of an issuer in place of an API key. */
class OidcTest {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final String JOB = "{\"language\":\"python\",\"code\":\"1\"}";

    private final AtomicReference<Instant> now = new AtomicReference<>(Instant.now());
    private final TestIssuer issuer = new TestIssuer();

    @TempDir
    Path folder;

    @AfterEach
    void stop() {
        issuer.close();
    }

    @Test
    void a_token_opens_the_jobs_of_its_subject_and_no_others() {
        try (GatewayFixture fixture = start(Map.of())) {
            Caller alice = caller(fixture, issuer.token("first", issuer.claims("alice")));
            Caller bob = caller(fixture, issuer.token("first", issuer.claims("bob")));
            Caller namesake = fixture.caller("alice", Scope.READ, Scope.WRITE);
            HttpResponse<String> accepted = alice.post("/v1/jobs", JOB);
            assertThat(accepted.statusCode()).as(accepted.body()).isEqualTo(202);
            String url = accepted.headers().firstValue("Location").orElseThrow();

            assertThat(alice.get(url).statusCode()).isEqualTo(200);
            assertThat(bob.get(url).statusCode()).isEqualTo(404);
            assertThat(namesake.get(url).statusCode()).as("an API key's tenant of the same name").isEqualTo(404);
            assertThat(fixture.caller().get(url).statusCode()).isEqualTo(404);
        }
    }

    @Test
    void tenants_of_keys_and_tokens_meet_only_when_the_operator_says_so() {
        try (GatewayFixture fixture = start(Map.of("PENSTOCK_OIDC_SHARE_TENANTS", "true",
                "PENSTOCK_OIDC_TENANT_CLAIM", "tid+oid"))) {
            Map<String, Object> claims = issuer.claims("alice");
            claims.putAll(Map.of("tid", "a/b", "oid", "c%"));
            Caller alice = caller(fixture, issuer.token("first", claims));
            String url = alice.post("/v1/jobs", JOB).headers().firstValue("Location").orElseThrow();

            assertThat(fixture.caller("a%2Fb/c%25", Scope.READ).get(url).statusCode()).isEqualTo(200);
            try (ApiKeys keys = fixture.keys()) {
                assertThatThrownBy(() -> keys.create("oidc:alice", "", Set.of(Scope.READ)))
                        .hasMessageContaining("can't start with");
            }
        }
    }

    @Test
    void a_token_that_is_not_for_us_or_not_of_the_issuer_opens_nothing() {
        try (GatewayFixture fixture = start(Map.of())) {
            assertThat(caller(fixture, issuer.token("first", issuer.claims("alice"))).get("/v1/jobs").statusCode())
                    .isEqualTo(200);
            SoftAssertions softly = new SoftAssertions();
            badTokens().forEach((name, token) -> {
                HttpResponse<String> refused = caller(fixture, token).get("/v1/jobs");
                softly.assertThat(refused.statusCode()).as(name).isEqualTo(401);
                softly.assertThat(refused.headers().firstValue("WWW-Authenticate").orElse(""))
                        .as(name)
                        .startsWith("Bearer realm=\"penstock\", error=\"invalid_token\", error_description=\"");
            });
            softly.assertAll();
        }
    }

    @Test
    void clocks_that_are_a_little_off_do_no_harm() {
        try (GatewayFixture fixture = start(Map.of())) {
            long second = Instant.now().getEpochSecond();
            assertThat(caller(fixture, token("nbf", second + 20)).get("/v1/jobs").statusCode()).isEqualTo(200);
            assertThat(caller(fixture, token("exp", second - 5)).get("/v1/jobs").statusCode()).isEqualTo(200);
        }
    }

    private Map<String, String> badTokens() {
        long second = Instant.now().getEpochSecond();
        Map<String, Object> good = issuer.claims("alice");
        Map<String, String> bad = new LinkedHashMap<>();
        bad.put("expired", token("exp", second - 120));
        bad.put("not valid yet", token("nbf", second + 120));
        bad.put("never expires", without("exp"));
        bad.put("expires in words", token("exp", "tomorrow"));
        bad.put("another audience", token("aud", "api://other"));
        bad.put("no audience", without("aud"));
        bad.put("many other audiences", token("aud", List.of("a", "b")));
        bad.put("another issuer", token("iss", "https://evil.example"));
        bad.put("no issuer", without("iss"));
        bad.put("no subject", without("sub"));
        bad.put("an empty subject", token("sub", ""));
        bad.put("an object for a subject", token("sub", Map.of("x", "y")));
        bad.put("alg none", TestIssuer.part(Map.of("alg", "none")) + "." + TestIssuer.part(good) + ".");
        bad.put("alg none with a signature",
                TestIssuer.part(Map.of("alg", "none")) + "." + TestIssuer.part(good) + ".AA");
        bad.put("RS256 without a signature",
                TestIssuer.part(Map.of("alg", "RS256", "kid", "first")) + "." + TestIssuer.part(good) + ".");
        byte[] publicKey = issuer.publicKey("first").getEncoded();
        bad.put("HS256 with the public key", TestIssuer
                .signedWithSecret(Map.of("alg", "HS256", "kid", "first"), good, publicKey));
        bad.put("HS256 with the modulus", TestIssuer.signedWithSecret(Map.of("alg", "HS256", "kid", "first"), good,
                issuer.publicKey("first").getModulus().toByteArray()));
        KeyPair foreign = TestIssuer.newPair();
        bad.put("a foreign key under a known id",
                TestIssuer.token(Map.of("alg", "RS256", "kid", "first"), good, foreign.getPrivate()));
        bad.put("a foreign key under an unknown id",
                TestIssuer.token(Map.of("alg", "RS256", "kid", "evil"), good, foreign.getPrivate()));
        bad.put("a foreign key without an id", TestIssuer.token(Map.of("alg", "RS256"), good, foreign.getPrivate()));
        bad.put("a foreign key that comes along", TestIssuer.token(Map.of("alg", "RS256", "jwk",
                Map.of("kty", "RSA", "n", "AQAB", "e", "AQAB"), "x5c", List.of("AA")), good, foreign.getPrivate()));
        String[] parts = issuer.token("first", good).split("\\.");
        bad.put("another's claims under a good signature",
                parts[0] + "." + TestIssuer.part(issuer.claims("bob")) + "." + parts[2]);
        bad.put("claims that are no JSON", parts[0] + ".AAAA." + parts[2]);
        bad.put("unknown critical extensions",
                TestIssuer.part(Map.of("alg", "RS256", "kid", "first", "crit", List.of("x"))) + "." + parts[1] + "."
                        + parts[2]);
        return bad;
    }

    @Test
    void what_a_token_may_do_stands_in_its_scopes_or_roles() {
        try (GatewayFixture fixture = start(Map.of())) {
            Caller reader = caller(fixture, token("scp", "penstock.read"));
            Map<String, Object> app = issuer.claims("app");
            app.remove("scp");
            app.put("roles", List.of("penstock.write", "other"));
            Caller writer = caller(fixture, issuer.token("first", app));
            Caller nobody = caller(fixture, without("scp"));

            assertThat(reader.get("/v1/jobs").statusCode()).isEqualTo(200);
            HttpResponse<String> refused = reader.post("/v1/jobs", JOB);
            assertThat(refused.statusCode()).isEqualTo(403);
            assertThat(refused.headers().firstValue("WWW-Authenticate"))
                    .hasValue("Bearer realm=\"penstock\", error=\"insufficient_scope\", scope=\"penstock.write\"");
            assertThat(writer.post("/v1/jobs", JOB).statusCode()).isEqualTo(202);
            assertThat(writer.get("/v1/jobs").statusCode()).isEqualTo(403);
            assertThat(nobody.get("/v1/jobs").statusCode()).isEqualTo(403);
        }
    }

    @Test
    void a_new_key_is_found_and_a_withdrawn_one_forgotten() {
        try (GatewayFixture fixture = start(Map.of())) {
            String old = issuer.token("first", issuer.claims("alice"));
            assertThat(caller(fixture, old).get("/v1/jobs").statusCode()).isEqualTo(200);
            issuer.publish("second");
            issuer.withdraw("first");

            Caller fresh = caller(fixture, issuer.token("second", issuer.claims("alice")));
            assertThat(fresh.get("/v1/jobs").statusCode()).isEqualTo(200);
            assertThat(caller(fixture, old).get("/v1/jobs").statusCode()).isEqualTo(401);
        }
    }

    @Test
    void made_up_key_ids_do_not_overrun_the_issuer() {
        try (GatewayFixture fixture = start(Map.of())) {
            assertThat(caller(fixture, issuer.token("first", issuer.claims("alice"))).get("/v1/jobs").statusCode())
                    .isEqualTo(200);
            int before = issuer.keyReads();
            KeyPair foreign = TestIssuer.newPair();
            for (int i = 0; i < 50; i++) {
                String token = TestIssuer.token(Map.of("alg", "RS256", "kid", "kid-" + i), issuer.claims("alice"),
                        foreign.getPrivate());
                assertThat(caller(fixture, token).get("/v1/jobs").statusCode()).isEqualTo(401);
            }
            assertThat(issuer.keyReads() - before).isLessThanOrEqualTo(1);
        }
    }

    @Test
    void an_issuer_that_is_down_at_the_start_stops_tokens_only() {
        issuer.setDown(true);
        try (GatewayFixture fixture = start(Map.of())) {
            Caller alice = caller(fixture, issuer.token("first", issuer.claims("alice")));
            assertThat(fixture.caller().post("/v1/jobs", JOB).statusCode()).isEqualTo(202);
            HttpResponse<String> refused = alice.get("/v1/jobs");
            assertThat(refused.statusCode()).isEqualTo(503);
            assertThat(refused.headers().firstValue("Retry-After")).isPresent();
            assertThat(Caller.json(refused).path("detail").asText()).contains("issuer");

            issuer.setDown(false);
            now.updateAndGet(time -> time.plusSeconds(11));
            await().atMost(PATIENCE).until(() -> alice.get("/v1/jobs").statusCode() == 200);
        }
    }

    @Test
    void known_keys_stay_while_the_issuer_is_down() {
        try (GatewayFixture fixture = start(Map.of())) {
            Caller alice = caller(fixture, issuer.token("first", issuer.claims("alice")));
            assertThat(alice.get("/v1/jobs").statusCode()).isEqualTo(200);
            issuer.setDown(true);
            now.updateAndGet(time -> time.plus(Duration.ofHours(5)));
            await().atMost(PATIENCE).until(() -> fixture.counted("penstock.gateway.issuer.failures") > 0);

            assertThat(alice.get("/v1/jobs").statusCode()).isEqualTo(200);
        }
    }

    @Test
    void a_huge_token_is_refused_at_the_door() {
        try (GatewayFixture fixture = start(Map.of())) {
            assertThat(caller(fixture, token("groups", "x".repeat(20_000))).get("/v1/jobs").statusCode())
                    .isEqualTo(431);
        }
    }

    private String token(String claim, Object value) {
        Map<String, Object> claims = issuer.claims("alice");
        claims.put(claim, value);
        return issuer.token("first", claims);
    }

    private String without(String claim) {
        Map<String, Object> claims = issuer.claims("alice");
        claims.remove(claim);
        return issuer.token("first", claims);
    }

    private GatewayFixture start(Map<String, String> extra) {
        Map<String, String> settings = new HashMap<>(extra);
        settings.put("PENSTOCK_OIDC_ISSUER", issuer.issuer());
        settings.put("PENSTOCK_OIDC_AUDIENCE", TestIssuer.AUDIENCE);
        return GatewayFixture.start(folder, settings, now::get);
    }

    private static Caller caller(GatewayFixture fixture, String token) {
        return new Caller("http://127.0.0.1:" + fixture.port(), token);
    }
}
