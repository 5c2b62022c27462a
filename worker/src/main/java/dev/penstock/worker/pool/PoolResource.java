package dev.penstock.worker.pool;

import dev.penstock.configuration.Settings;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.regex.Pattern;

/**
 * Where Azure Resource Manager tells how many sessions the pool admits.
 *
 * @param manager
 *            of the cloud that the pool is in; the only host that the token is sent to
 * @param id
 *            the pool's resource id
 * @param token
 *            a fixed bearer token; without one an Entra token for the manager is asked for
 * @param interval
 *            between two readings
 */
public record PoolResource(URI manager, String id, Optional<String> token, Duration interval) {
    private static final Pattern ID = Pattern.compile(
            "/subscriptions/[\\w.()-]+/resourceGroups/[\\w.()-]+/providers/Microsoft\\.App/sessionPools/[\\w.()-]+",
            Pattern.CASE_INSENSITIVE);

    /** Asks for the settings; empty where no resource is named. Take the value after {@link Settings#verify()}. */
    public static Supplier<Optional<PoolResource>> from(Settings settings) {
        var id = settings.read("PENSTOCK_POOL_RESOURCE", PoolResource::id).optional();
        var manager = settings.url("PENSTOCK_ARM_ENDPOINT").or(URI.create("https://management.azure.com"));
        var token = settings.text("PENSTOCK_ARM_TOKEN").optional();
        var interval = settings.duration("PENSTOCK_POOL_MAX_INTERVAL").or(Duration.ofMinutes(5));
        if (token.get().isEmpty() && "http".equals(manager.get().getScheme())) {
            settings.problem(
                    "PENSTOCK_ARM_ENDPOINT must be https unless PENSTOCK_ARM_TOKEN is set: an Entra token never"
                            + " travels in the clear");
        }
        return () -> id.get().map(known -> new PoolResource(manager.get(), known, token.get(), interval.get()));
    }

    /** What an Entra token must be for. */
    public String scope() {
        return manager + "/.default";
    }

    private static String id(String text) {
        if (!ID.matcher(text).matches()) {
            throw new IllegalArgumentException(
                    "must be the pool's resource id, such as /subscriptions/…/resourceGroups/…"
                            + "/providers/Microsoft.App/sessionPools/…");
        }
        return text;
    }

    @Override
    public String toString() {
        return "PoolResource[manager=" + manager + ", id=" + id + ", token="
                + (token.isPresent() ? "redacted" : "Entra") + ", interval=" + interval + "]";
    }
}
