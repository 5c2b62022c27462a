package dev.penstock.gateway.http;

import dev.penstock.gateway.guard.EgressGuard;
import dev.penstock.gateway.guard.SecretBox;
import dev.penstock.gateway.store.NewWebhook;
import java.util.Optional;

/** Accepts webhooks that may be delivered, with their secrets sealed. */
final class WebhookIntake {
    private final EgressGuard guard;
    private final Optional<SecretBox> box;

    /**
     * @param box
     *            without it webhooks are refused
     */
    WebhookIntake(EgressGuard guard, Optional<SecretBox> box) {
        this.guard = guard;
        this.box = box;
    }

    /**
     * The webhook as it is stored; empty for none.
     *
     * @param pointer
     *            to it in the body
     * @throws ProblemException
     *             400 if this gateway has no webhooks, or not there
     */
    Optional<NewWebhook> accept(WebhookChoice choice, String pointer) {
        return switch (choice) {
            case WebhookChoice.None _ -> Optional.empty();
            case WebhookChoice.TenantDefault _ -> box.isEmpty() ? Optional.empty() : Optional.of(NewWebhook.OF_TENANT);
            case WebhookChoice.Named named -> Optional.of(accept(named, pointer));
        };
    }

    private NewWebhook accept(WebhookChoice.Named request, String pointer) {
        SecretBox sealing = box.orElseThrow(() -> Problem
                .invalid(pointer,
                        "is not possible: this gateway has no webhooks; its operator sets PENSTOCK_SECRET_KEY")
                .asException());
        Optional<String> problem = guard.problem(request.url());
        if (problem.isPresent()) {
            throw Problem.invalid(pointer + "/url", problem.get()).asException();
        }
        return new NewWebhook(request.url(), sealing.seal(String.join(" ", request.secrets())));
    }
}
