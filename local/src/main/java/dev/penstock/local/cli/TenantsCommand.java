package dev.penstock.local.cli;

import dev.penstock.gateway.Tenants;
import dev.penstock.gateway.store.RateLimit;
import dev.penstock.gateway.store.TenantLimits;
import dev.penstock.gateway.store.TenantOverrides;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Tenants' own limits and default webhooks in a gateway's store; a running gateway notices within seconds. */
@Command(name = "tenants", mixinStandardHelpOptions = true, sortOptions = false, synopsisSubcommandLabel = "COMMAND", header = "Sets and lists single tenants' limits and default webhooks.", commandListHeading = "%nCommands:%n", description = {
        "The store is PENSTOCK_STORE, or that of 'penstock up' unless --store names another."}, subcommands = {
                TenantsCommand.Limit.class, TenantWebhookCommand.class, TenantsCommand.ListAll.class})
final class TenantsCommand {
    private static final String DEFAULT = "default";

    private TenantsCommand() {}

    /** Changes what its options name. */
    @Command(name = "limit", mixinStandardHelpOptions = true, header = "Sets a tenant's limits; what isn't named stays.")
    static final class Limit implements Callable<Integer> {
        @Mixin
        private StoreOption store = new StoreOption();

        @Parameters(paramLabel = "TENANT", converter = TenantName.class, description = "As named by 'penstock keys create --tenant'.")
        private String tenant = "";

        @Option(names = "--rate", paramLabel = "R", description = "How many jobs in which time at each gateway, such as 100/10s; 'none' for no limit, 'default' for PENSTOCK_RATE_LIMIT.")
        private @Nullable String rate;

        @Option(names = "--open-jobs", paramLabel = "N", description = "How many jobs may be open at a time; 'none' for any number, 'default' for PENSTOCK_MAX_OPEN_JOBS.")
        private @Nullable String openJobs;

        @Override
        public Integer call() {
            try (Tenants tenants = Tenants.open(store.address())) {
                TenantOverrides now = tenants.limits(tenant);
                TenantOverrides next = new TenantOverrides(tenant,
                        changed("--rate", rate, RateLimit::parse, now.rate()),
                        changed("--open-jobs", openJobs, TenantLimits::parseOpenJobs, now.maxOpenJobs()));
                tenants.set(next);
                System.err.println(line(next) + ". Gateways obey within seconds.");
                return 0;
            }
        }

        private static <T> Optional<T> changed(String option, @Nullable String text, Function<String, T> parser,
                Optional<T> now) {
            if (text == null) {
                return now;
            }
            try {
                return text.equals(DEFAULT) ? Optional.empty() : Optional.of(parser.apply(text));
            } catch (IllegalArgumentException wrong) {
                throw new CommandFailure(Penstock.EXIT_USAGE, option + " " + wrong.getMessage() + ", or default");
            }
        }
    }

    /** What is set for each tenant. */
    @Command(name = "list", mixinStandardHelpOptions = true, header = "Lists tenants for which something is set.")
    static final class ListAll implements Callable<Integer> {
        @Mixin
        private StoreOption store = new StoreOption();

        @Override
        public Integer call() {
            try (Tenants tenants = Tenants.open(store.address())) {
                tenants.list().forEach(limits -> System.out.println(line(limits) + webhook(tenants, limits.tenant())));
                return 0;
            }
        }
    }

    private static String webhook(Tenants tenants, String tenant) {
        return tenants.webhook(tenant)
                .map(webhook -> "\twebhook " + webhook.url()
                        + webhook.disabledAt().map(at -> " disabled " + at + " by its receiver's 410").orElse(""))
                .orElse("");
    }

    private static String line(TenantOverrides limits) {
        String openJobs = limits.maxOpenJobs()
                .map(most -> most == TenantLimits.UNLIMITED ? "none" : most.toString())
                .orElse(DEFAULT);
        return limits.tenant() + "\trate " + limits.rate().map(RateLimit::toString).orElse(DEFAULT) + "\topen jobs "
                + openJobs;
    }
}
