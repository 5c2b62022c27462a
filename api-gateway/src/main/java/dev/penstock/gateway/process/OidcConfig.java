package dev.penstock.gateway.process;

import dev.penstock.configuration.Settings;
import java.net.URI;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Whose tokens callers may present in place of an API key.
 *
 * @param issuer
 *            as its tokens name it in {@code iss}; its metadata is found below it
 * @param audience
 *            that a token must be for
 * @param tenantClaims
 *            whose values together are the caller's tenant; a token without one of them is refused
 * @param tenantPrefix
 *            put before that, so that no token opens what an API key's tenant has
 */
public record OidcConfig(String issuer, String audience, List<String> tenantClaims, String tenantPrefix) {
    /** No API key's tenant may start with it, so no token's tenant is one of theirs by accident. */
    public static final String RESERVED_PREFIX = "oidc:";

    public OidcConfig {
        tenantClaims = List.copyOf(tenantClaims);
    }

    /**
     * Asks for {@code PENSTOCK_OIDC_*}; empty when no issuer is set. Take the value after {@link Settings#verify()}.
     */
    public static Supplier<Optional<OidcConfig>> from(Settings settings) {
        var issuer = settings.read("PENSTOCK_OIDC_ISSUER", OidcConfig::issuer).optional();
        var audience = settings.text("PENSTOCK_OIDC_AUDIENCE").optional();
        var claims = settings.read("PENSTOCK_OIDC_TENANT_CLAIM", OidcConfig::claims).or(List.of("sub"));
        var shared = settings.flag("PENSTOCK_OIDC_SHARE_TENANTS").or(false);
        if (settings.has("PENSTOCK_OIDC_ISSUER") != settings.has("PENSTOCK_OIDC_AUDIENCE")) {
            settings.problem("set both of PENSTOCK_OIDC_ISSUER and PENSTOCK_OIDC_AUDIENCE, or none: a token for another"
                    + " service must not open this one");
        }
        return () -> issuer.get()
                .map(iss -> new OidcConfig(iss, audience.get().orElseThrow(), claims.get(),
                        shared.get() ? "" : RESERVED_PREFIX));
    }

    /** As tokens spell it, the slash at its end included. */
    private static String issuer(String text) {
        String rule = "must be the issuer's https URL as its tokens have it in 'iss', such as"
                + " https://login.microsoftonline.com/<tenant>/v2.0 (http only on loopback)";
        URI uri;
        try {
            uri = URI.create(text);
        } catch (IllegalArgumentException notAUri) {
            throw new IllegalArgumentException(rule, notAUri);
        }
        if (!isSafe(uri) || uri.getRawQuery() != null || uri.getRawFragment() != null) {
            throw new IllegalArgumentException(rule);
        }
        return text;
    }

    /** Whether keys from there may be believed: encrypted, or from this very machine. */
    public static boolean isSafe(URI uri) {
        String host = uri.getHost();
        return host != null && ("https".equals(uri.getScheme())
                || ("http".equals(uri.getScheme()) && List.of("127.0.0.1", "localhost", "[::1]").contains(host)));
    }

    private static List<String> claims(String text) {
        List<String> names = Arrays.stream(text.split("\\+")).map(String::strip).toList();
        if (names.isEmpty() || names.stream().anyMatch(String::isEmpty)) {
            throw new IllegalArgumentException("must be a claim's name, or several with + between, such as tid+oid");
        }
        return names;
    }
}
