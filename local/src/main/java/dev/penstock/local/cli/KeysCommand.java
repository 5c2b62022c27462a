package dev.penstock.local.cli;

import dev.penstock.gateway.ApiKeys;
import dev.penstock.gateway.store.ApiKey;
import dev.penstock.gateway.store.ApiKey.Scope;
import dev.penstock.gateway.store.ApiKeyStore;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** API keys of a gateway's store; a running gateway notices within seconds. */
@Command(name = "keys", mixinStandardHelpOptions = true, sortOptions = false, synopsisSubcommandLabel = "COMMAND", header = "Makes, lists and revokes API keys.", commandListHeading = "%nCommands:%n", description = {
        "The store is PENSTOCK_STORE, or that of 'penstock up' unless --store names another."}, subcommands = {
                KeysCommand.Create.class, KeysCommand.ListAll.class, KeysCommand.Revoke.class})
final class KeysCommand {
    private KeysCommand() {}

    /** Prints the key once. */
    @Command(name = "create", mixinStandardHelpOptions = true, header = "Makes a key and prints it; it is shown only now.")
    static final class Create implements Callable<Integer> {
        @Mixin
        private StoreOption store = new StoreOption();

        @Option(names = "--tenant", paramLabel = "T", required = true, converter = TenantName.class, description = "Whose jobs it opens.")
        private String tenant = "";

        @Option(names = "--name", paramLabel = "N", defaultValue = "", description = "What its owner calls it.")
        private String name = "";

        @Option(names = "--scope", paramLabel = "S", description = "READ, WRITE or both, the option given twice (default: both).")
        private Set<Scope> scopes = EnumSet.allOf(Scope.class);

        @Override
        public Integer call() {
            try (ApiKeys keys = ApiKeys.open(store.address())) {
                ApiKeyStore.Fresh fresh = create(keys);
                System.out.println(fresh.text());
                System.err.println("Key " + fresh.key().id() + " of tenant " + tenant
                        + ". Keep it now: it is stored as a digest and can't be shown again.");
                return 0;
            }
        }

        private ApiKeyStore.Fresh create(ApiKeys keys) {
            try {
                return keys.create(tenant, name, scopes);
            } catch (IllegalArgumentException reserved) {
                throw new CommandFailure(Penstock.EXIT_USAGE, String.valueOf(reserved.getMessage()));
            }
        }
    }

    /** What is known of each key. */
    @Command(name = "list", mixinStandardHelpOptions = true, header = "Lists keys, never their text.")
    static final class ListAll implements Callable<Integer> {
        @Mixin
        private StoreOption store = new StoreOption();

        @Override
        public Integer call() {
            try (ApiKeys keys = ApiKeys.open(store.address())) {
                keys.list().forEach(key -> System.out.println(line(key)));
                return 0;
            }
        }

        private static String line(ApiKey key) {
            String scopes = key.scopes().stream().map(Scope::name).sorted().collect(Collectors.joining(","));
            return String.join("\t", key.id(), key.tenant(), scopes.toLowerCase(Locale.ROOT),
                    key.revokedAt() == null ? "valid" : "revoked " + key.revokedAt(), key.name());
        }
    }

    /** Ends a key. */
    @Command(name = "revoke", mixinStandardHelpOptions = true, header = "Ends a key.")
    static final class Revoke implements Callable<Integer> {
        @Mixin
        private StoreOption store = new StoreOption();

        @Parameters(paramLabel = "ID", description = "The key's id, as 'penstock keys list' shows it.")
        private String id = "";

        @Override
        public Integer call() {
            try (ApiKeys keys = ApiKeys.open(store.address())) {
                if (!keys.revoke(id)) {
                    throw new CommandFailure(Penstock.EXIT_USAGE,
                            "there is no valid key " + id + "; 'penstock keys list' shows all");
                }
                System.err.println("Revoked. Gateways refuse it within seconds.");
                return 0;
            }
        }
    }
}
