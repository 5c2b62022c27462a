package dev.penstock.gateway.http;

import dev.penstock.gateway.webhooks.WebhookSignature;
import java.util.List;
import java.util.Set;

/** Whether and where a caller wants to be told of the end. */
sealed interface WebhookChoice {
    /**
     * There.
     *
     * @param secrets
     *            to sign with: several while the receiver rotates them
     */
    record Named(String url, List<String> secrets) implements WebhookChoice {
        private static final int LONGEST_URL = 2_000;
        private static final int LONGEST_SECRET = 128;
        private static final int MOST_SECRETS = 3;

        private static Named read(Fields webhook) {
            webhook.allowing(Set.of("url", "secrets"));
            String url = webhook.required("url", webhook.textWithoutNul("url", LONGEST_URL));
            List<String> secrets = webhook.texts("secrets", 1, MOST_SECRETS, LONGEST_SECRET);
            for (int i = 0; i < secrets.size(); i++) {
                if (!WebhookSignature.isSecret(secrets.get(i))) {
                    webhook.wrong("secrets/" + i, "must be 'whsec_' and the base64 of 24 to 64 random bytes");
                }
            }
            return new Named(url, secrets);
        }
    }

    /** Wherever the tenant's default leads; nowhere if it has none. */
    record TenantDefault() implements WebhookChoice {
    }

    /** Not at all. */
    record None() implements WebhookChoice {
    }

    /** The field {@code webhook}: an object, {@code null} or {@code false} for none, or absent for the tenant's default. */
    static WebhookChoice read(Fields fields) {
        if (fields.switchedOff("webhook")) {
            return new None();
        }
        return fields.object("webhook").<WebhookChoice>map(Named::read).orElseGet(TenantDefault::new);
    }
}
