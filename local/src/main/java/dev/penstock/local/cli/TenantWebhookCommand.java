package dev.penstock.local.cli;

import dev.penstock.configuration.Settings;
import dev.penstock.gateway.Tenants;
import dev.penstock.gateway.guard.SecretBox;
import dev.penstock.gateway.process.WebhookConfig;
import dev.penstock.gateway.store.TenantWebhook;
import dev.penstock.local.stack.LocalKeys;
import java.net.URI;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Sets a tenant's default webhook, with a secret that is shown once. */
@Command(name = "webhook", mixinStandardHelpOptions = true, sortOptions = false, header = "Sets a tenant's default webhook and prints its secret; it is shown only now.", description = {
        "It is told of jobs and batches that name no webhook. Secrets are encrypted with PENSTOCK_SECRET_KEY, which must"
                + " be the gateways' own (default: that of 'penstock up')."})
final class TenantWebhookCommand implements Callable<Integer> {
    private static final int KEPT_WHILE_ROTATING = 2;

    @Mixin
    private StoreOption store = new StoreOption();

    @Parameters(paramLabel = "TENANT", converter = TenantName.class, description = "As named by 'penstock keys create --tenant'.")
    private String tenant = "";

    @ArgGroup(multiplicity = "1")
    private Change change = new Change();

    /** One of these. */
    static final class Change {
        @Option(names = "--url", paramLabel = "U", description = "Where it leads from now on, with one fresh secret; former secrets end.")
        private @Nullable String url;

        @Option(names = "--rotate", description = "Adds a fresh secret; the last two go on signing until the next --rotate, or --retire.")
        private boolean rotate;

        @Option(names = "--retire", description = "Makes a fresh secret the only one: do so when a secret has leaked.")
        private boolean retire;

        @Option(names = "--off", description = "The tenant has no default webhook from now on.")
        private boolean off;
    }

    @Override
    public Integer call() {
        try (Tenants tenants = Tenants.open(store.address())) {
            if (change.off) {
                tenants.removeWebhook(tenant);
                System.err.println(tenant + " has no default webhook.");
                return 0;
            }
            String url = change.url == null ? present(tenants) : checked(change.url);
            int kept = change.rotate && !change.retire ? KEPT_WHILE_ROTATING : 0;
            System.out.println(tenants.setWebhook(tenant, url, kept, box()));
            System.err.println("Jobs and batches of " + tenant + " that name no webhook are told to " + url
                    + ". Give its owner the secret now: it is stored encrypted and can't be shown again.");
            return 0;
        }
    }

    private String present(Tenants tenants) {
        Optional<TenantWebhook> webhook = tenants.webhook(tenant);
        return webhook.map(TenantWebhook::url)
                .orElseThrow(() -> new CommandFailure(Penstock.EXIT_USAGE,
                        tenant + " has no default webhook; set one with --url"));
    }

    /** Whether it may be reached is judged by the gateway at each attempt. */
    private static String checked(String url) {
        try {
            URI uri = URI.create(url);
            if (uri.getHost() != null && ("https".equals(uri.getScheme()) || "http".equals(uri.getScheme()))) {
                return url;
            }
        } catch (IllegalArgumentException notAUrl) {
            throw new CommandFailure(Penstock.EXIT_USAGE, "--url must be a URL such as https://example.com/hook");
        }
        throw new CommandFailure(Penstock.EXIT_USAGE, "--url must be a URL such as https://example.com/hook");
    }

    private SecretBox box() {
        Settings settings = new Settings(System.getenv());
        Supplier<Optional<SecretBox>> given = WebhookConfig.box(settings);
        settings.verify();
        return given.get().orElseGet(() -> {
            if (!store.ofPenstockUp()) {
                throw new CommandFailure(Penstock.EXIT_CONFIGURATION,
                        "set PENSTOCK_SECRET_KEY to the gateways' own, so that they can read the secret");
            }
            return SecretBox.withKey(new LocalKeys(StoreOption.HOME).secretKey());
        });
    }
}
