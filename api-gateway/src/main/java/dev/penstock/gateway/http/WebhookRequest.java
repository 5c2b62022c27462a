package dev.penstock.gateway.http;

import dev.penstock.gateway.webhooks.WebhookSignature;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Where a caller wants to be told of the end.
 *
 * @param secrets
 *            to sign with: several while the receiver rotates them
 */
record WebhookRequest(String url, List<String> secrets) {
    private static final int LONGEST_URL = 2_000;
    private static final int LONGEST_SECRET = 128;
    private static final int MOST_SECRETS = 3;

    /** The field {@code webhook}; empty if absent or wrong. */
    static Optional<WebhookRequest> read(Fields fields) {
        return fields.object("webhook").map(webhook -> {
            webhook.allowing(Set.of("url", "secrets"));
            String url = webhook.required("url", webhook.textWithoutNul("url", LONGEST_URL));
            List<String> secrets = webhook.texts("secrets", MOST_SECRETS, LONGEST_SECRET);
            if (secrets.isEmpty()) {
                webhook.wrong("secrets", "must hold 1 to " + MOST_SECRETS + " secrets");
            }
            for (int i = 0; i < secrets.size(); i++) {
                if (!WebhookSignature.isSecret(secrets.get(i))) {
                    webhook.wrong("secrets/" + i, "must be 'whsec_' and the base64 of 24 to 64 random bytes");
                }
            }
            return new WebhookRequest(url, secrets);
        });
    }
}
