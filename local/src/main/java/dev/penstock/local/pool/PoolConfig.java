package dev.penstock.local.pool;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import dev.penstock.configuration.InvalidConfigurationException;
import dev.penstock.configuration.Settings;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Supplier;

/**
 * Where a pool listens, what it forwards to, and how it behaves.
 *
 * @param port
 *            0 for a free one
 * @param token
 *            the bearer token that callers must send
 * @param target
 *            the session container, which every session's requests go to
 * @param adminKey
 *            the bearer key of {@code /.local/*}, which is off without one
 * @param faults
 *            what goes wrong from the start
 * @param faultSeed
 *            what shares are drawn from; random when empty
 */
public record PoolConfig(String host, int port, String name, String token, ContainerAddress target,
        Optional<String> adminKey,
        PoolSettings settings, List<FaultRule> faults, OptionalLong faultSeed) {

    public PoolConfig {
        faults = List.copyOf(faults);
    }

    /** A pool on a free loopback port, without faults or an administrator. */
    public static PoolConfig of(URI target, String token, PoolSettings settings) {
        return new PoolConfig("127.0.0.1", 0, "local", token, ContainerAddress.open(target), Optional.empty(), settings,
                List.of(),
                OptionalLong.empty());
    }

    /**
     * Reads {@code PENSTOCK_POOL_} and one of:
     *
     * <pre>
     * TOKEN              required; what callers must send as bearer token
     * TARGET             required; URL of the session container
     * HOST               127.0.0.1
     * PORT               8081
     * NAME               local
     * MAX_SESSIONS       5        2 to 10000
     * READY_SESSIONS     1        warm containers; less than MAX_SESSIONS
     * COOLDOWN           300s     a session ends after so long without a request
     * MAX_ALIVE          –        set: a session ends after so long or when its container exits, instead of COOLDOWN
     * START_DELAY        0        a container takes so long to become warm
     * STOP_LAG           0        a stopped session still holds its slot for so long
     * REQUEST_LIMIT      240s     then 504
     * WAIT_FOR_WARM      false    wait for a container instead of refusing while none is warm
     * CRASH_LOOP         false    no container survives its start
     * FULL_STATUS        429      or 500, or 404
     * FULL_500_PERCENT   0        share of those answers with 500 instead
     * FAULTS             []       JSON array of fault rules
     * FAULT_SEED         random
     * ADMIN_KEY          –        set: /.local/* is on, for callers on this machine with this bearer token
     * </pre>
     *
     * @throws InvalidConfigurationException
     *             naming everything that is missing or wrong
     */
    public static PoolConfig from(Map<String, String> environment) {
        var settings = new Settings(environment);
        var host = settings.text("PENSTOCK_POOL_HOST").or("127.0.0.1");
        var port = settings.port("PENSTOCK_POOL_PORT").or(8081);
        var name = settings.text("PENSTOCK_POOL_NAME").or("local");
        var token = settings.text("PENSTOCK_POOL_TOKEN").required("the bearer token that callers must send");
        var target = settings.url("PENSTOCK_POOL_TARGET").required("the URL of the session container");
        var containerToken = settings.text("PENSTOCK_SESSION_TOKEN").optional();
        var adminKey = settings.text("PENSTOCK_POOL_ADMIN_KEY").optional();
        var faults = settings.read("PENSTOCK_POOL_FAULTS", PoolConfig::parseFaults).or(List.of());
        var seed = settings.read("PENSTOCK_POOL_FAULT_SEED", PoolConfig::parseSeed).or(OptionalLong.empty());
        Supplier<PoolSettings> behaviour = behaviour(settings);
        settings.verify();
        try {
            return new PoolConfig(host.get(), port.get(), name.get(), token.get(),
                    new ContainerAddress(target.get(), containerToken.get()), adminKey.get(),
                    behaviour.get(), faults.get(), seed.get());
        } catch (IllegalArgumentException contradiction) {
            throw new InvalidConfigurationException(List.of("PENSTOCK_POOL_*: " + contradiction.getMessage()));
        }
    }

    private static Supplier<PoolSettings> behaviour(Settings settings) {
        var max = settings.number("PENSTOCK_POOL_MAX_SESSIONS", 2, PoolSettings.MOST_SESSIONS).or(5);
        var ready = settings.number("PENSTOCK_POOL_READY_SESSIONS", 1, PoolSettings.MOST_SESSIONS).or(1);
        var cooldown = settings.duration("PENSTOCK_POOL_COOLDOWN").or(Duration.ofMinutes(5));
        var maxAlive = settings.duration("PENSTOCK_POOL_MAX_ALIVE").optional();
        var startDelay = settings.duration("PENSTOCK_POOL_START_DELAY").or(Duration.ZERO);
        var stopLag = settings.duration("PENSTOCK_POOL_STOP_LAG").or(Duration.ZERO);
        var limit = settings.duration("PENSTOCK_POOL_REQUEST_LIMIT").or(Duration.ofMinutes(4));
        var wait = settings.flag("PENSTOCK_POOL_WAIT_FOR_WARM").or(false);
        var crashLoop = settings.flag("PENSTOCK_POOL_CRASH_LOOP").or(false);
        var fullStatus = settings.number("PENSTOCK_POOL_FULL_STATUS", 404, 500).or(429);
        var full500 = settings.number("PENSTOCK_POOL_FULL_500_PERCENT", 0, 100).or(0);
        return () -> new PoolSettings(max.get(), ready.get(),
                maxAlive.get()
                        .<Lifecycle>map(Lifecycle.OnContainerExit::new)
                        .orElseGet(() -> new Lifecycle.Timed(cooldown.get())),
                startDelay.get(), stopLag.get(), limit.get(), wait.get(), crashLoop.get(), fullStatus.get(),
                full500.get());
    }

    private static List<FaultRule> parseFaults(String json) {
        try {
            return AdminEndpoint.STRICT.forType(new TypeReference<List<FaultRule>>() {
            }).readValue(json);
        } catch (JsonProcessingException wrong) {
            throw new IllegalArgumentException("must be a JSON array of fault rules, such as "
                    + "[{\"fault\":{\"kind\":\"busy\",\"status\":429},\"scope\":\"SESSIONS\",\"requests\":20,\"percent\":50}]: "
                    + wrong.getOriginalMessage(), wrong);
        }
    }

    private static OptionalLong parseSeed(String text) {
        try {
            return OptionalLong.of(Long.parseLong(text));
        } catch (NumberFormatException notANumber) {
            throw new IllegalArgumentException("must be a whole number", notANumber);
        }
    }

    /** Without the secrets. */
    @Override
    public String toString() {
        return "PoolConfig[host=" + host + ", port=" + port + ", name=" + name + ", token=***, target=" + target
                + ", adminKey=" + (adminKey.isPresent() ? "***" : "none") + ", settings=" + settings + ", faults="
                + faults + ", faultSeed=" + faultSeed + "]";
    }
}
