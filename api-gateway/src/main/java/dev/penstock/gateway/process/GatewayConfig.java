package dev.penstock.gateway.process;

import dev.penstock.configuration.Settings;
import dev.penstock.contracts.Queues;
import dev.penstock.gateway.store.RateLimit;
import dev.penstock.gateway.store.StoreAddress;
import dev.penstock.gateway.store.TenantLimits;
import dev.penstock.messaging.BusAddress;
import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * A gateway's settings.
 *
 * @param managementPort
 *            for health, readiness and metrics; without one, health and readiness are on the API's
 * @param store
 *            a SQLite file, made if absent, or a PostgreSQL database
 * @param apiKey
 *            one that is valid beside those in the store; the operator's own
 * @param allowedHosts
 *            host names, lower case and without port, that requests may name in {@code Host}; empty: all
 * @param maxWait
 *            longest wait that {@code Prefer: wait} is granted
 * @param maxWaiters
 *            requests that may wait at the same time; others are answered at once
 * @param maxWaitersPerTenant
 *            the same of one tenant
 * @param maxBodyBytes
 *            of a request
 * @param maxBodiesBytes
 *            of all requests together that are being handled; what they become in memory is a few times that
 * @param bodyTimeout
 *            within which a request's body must have arrived
 * @param defaultDeadline
 *            after submission, for jobs that name none
 * @param maxDeadline
 *            after submission
 * @param longestRun
 *            after which a running job past its deadline is given up
 * @param sendTimeout
 *            of one send to the broker
 * @param retention
 *            for which a job is kept after its end
 * @param upkeepInterval
 *            between looks at unsent jobs, overdue jobs and dead letters
 * @param oidc
 *            whose tokens callers may present beside API keys
 */
public record GatewayConfig(BusAddress bus, Queues queues, String host, int port, Optional<Integer> managementPort,
        StoreAddress store,
        Optional<String> apiKey,
        Set<String> allowedHosts, Duration maxWait, int maxWaiters, int maxWaitersPerTenant,
        int maxBodyBytes, int maxBodiesBytes,
        Duration bodyTimeout,
        Duration defaultDeadline, Duration maxDeadline, Duration longestRun, Duration sendTimeout,
        Duration upkeepInterval, Duration retention, WebhookConfig webhooks, HttpConfig http, Optional<OidcConfig> oidc,
        Limits limits) {
    private static final int SHORTEST_API_KEY = 16;
    /** Stops a client that submits in an endless loop, and no honest one. */
    private static final long GENEROUS_OPEN_JOBS = 100_000;
    private static final Set<String> LOOPBACK = Set.of("localhost", "127.0.0.1", "[::1]");

    /**
     * What is taken in.
     *
     * @param tenants
     *            of each tenant for which nothing else was set
     * @param longestWait
     *            when a job is expected to wait longer, none is taken; empty: whatever the wait
     */
    public record Limits(TenantLimits tenants, Optional<Duration> longestWait) {
    }

    public GatewayConfig {
        allowedHosts = Set.copyOf(allowedHosts);
    }

    /**
     * Reads {@code PENSTOCK_*} variables.
     *
     * @throws dev.penstock.configuration.InvalidConfigurationException
     *             naming everything that is missing or wrong
     */
    public static GatewayConfig from(Map<String, String> environment) {
        Settings settings = new Settings(environment);
        var bus = BusAddress.from(settings);
        var queues = settings.read("PENSTOCK_QUEUE_PREFIX", Queues::new).or(Queues.unprefixed());
        var host = settings.text("PENSTOCK_GATEWAY_HOST").or("127.0.0.1");
        var port = settings.port("PENSTOCK_GATEWAY_PORT").or(8080);
        var managementPort = settings.port("PENSTOCK_GATEWAY_MANAGEMENT_PORT").optional();
        var store = settings.read("PENSTOCK_STORE", StoreAddress::parse)
                .required("the job store: a file such as penstock.db, or a postgresql:// URL");
        var apiKey = settings.read("PENSTOCK_API_KEY", GatewayConfig::key).optional();
        var hosts = settings.read("PENSTOCK_ALLOWED_HOSTS", GatewayConfig::hosts).optional();
        var maxWait = settings.duration("PENSTOCK_MAX_WAIT").or(Duration.ofSeconds(60));
        var maxWaiters = settings.number("PENSTOCK_MAX_WAITERS", 1, 1_000_000).or(20_000);
        var maxOfTenant = settings.number("PENSTOCK_MAX_WAITERS_PER_TENANT", 1, 1_000_000).optional();
        var maxBody = settings.number("PENSTOCK_MAX_BODY_BYTES", 1_024, 64 << 20).or(2 << 20);
        var maxBodies = settings.number("PENSTOCK_MAX_BODIES_BYTES", 1 << 20, 1 << 30).or(64 << 20);
        var bodyTimeout = settings.duration("PENSTOCK_BODY_TIMEOUT").or(Duration.ofSeconds(30));
        var deadline = settings.duration("PENSTOCK_DEFAULT_DEADLINE").or(Duration.ofHours(24));
        var maxDeadline = settings.duration("PENSTOCK_MAX_DEADLINE").or(Duration.ofDays(7));
        var longestRun = settings.duration("PENSTOCK_LONGEST_RUN").or(Duration.ofMinutes(15));
        var sendTimeout = settings.duration("PENSTOCK_SEND_TIMEOUT").or(Duration.ofSeconds(10));
        var upkeep = settings.duration("PENSTOCK_UPKEEP_INTERVAL").or(Duration.ofSeconds(5));
        var retention = settings.duration("PENSTOCK_RETENTION").or(Duration.ofDays(7));
        var webhooks = WebhookConfig.read(settings);
        var http = HttpConfig.read(settings);
        var oidc = OidcConfig.from(settings);
        var rate = settings.read("PENSTOCK_RATE_LIMIT", RateLimit::parse).or(RateLimit.NONE);
        var openJobs = settings.read("PENSTOCK_MAX_OPEN_JOBS", TenantLimits::parseOpenJobs).or(GENEROUS_OPEN_JOBS);
        var longestWait = settings.duration("PENSTOCK_MAX_EXPECTED_WAIT").optional();
        settings.verify();
        return new GatewayConfig(bus.get(), queues.get(), host.get(), port.get(), managementPort.get(), store.get(),
                apiKey.get(),
                hosts.get().orElseGet(() -> defaultHosts(host)), maxWait.get(), maxWaiters.get(),
                maxOfTenant.get().orElse(Math.max(1, maxWaiters.get() / 2)), maxBody.get(),
                maxBodies.get(),
                bodyTimeout.get(), deadline.get(), maxDeadline.get(), longestRun.get(), sendTimeout.get(),
                upkeep.get(), retention.get(),
                webhooks.get(), http.get(), oidc.get(),
                new Limits(new TenantLimits(rate.get(), openJobs.get()), longestWait.get()));
    }

    @Override
    public String toString() {
        return "GatewayConfig[bus=" + bus + ", queues=" + queues + ", host=" + host + ", port=" + port
                + ", managementPort=" + managementPort + ", store="
                + store + ", apiKey=redacted, allowedHosts=" + allowedHosts + ", maxWait=" + maxWait + ", maxWaiters="
                + maxWaiters + ", maxWaitersPerTenant=" + maxWaitersPerTenant + ", maxBodyBytes=" + maxBodyBytes
                + ", maxBodiesBytes=" + maxBodiesBytes
                + ", bodyTimeout=" + bodyTimeout + ", defaultDeadline="
                + defaultDeadline + ", maxDeadline=" + maxDeadline + ", longestRun=" + longestRun + ", sendTimeout="
                + sendTimeout + ", upkeepInterval=" + upkeepInterval + ", retention=" + retention + ", webhooks="
                + webhooks + ", http=" + http + ", oidc=" + oidc + ", limits=" + limits + "]";
    }

    /** A gateway that only this machine can reach is meant for no other name: web pages could bring one (decision 18). */
    private static Set<String> defaultHosts(Supplier<String> host) {
        String bare = host.get().toLowerCase(Locale.ROOT);
        return LOOPBACK.contains(bare) || bare.equals("::1") ? LOOPBACK : Set.of();
    }

    private static Set<String> hosts(String list) {
        return Arrays.stream(list.toLowerCase(Locale.ROOT).split(","))
                .map(String::strip)
                .filter(name -> !name.isEmpty())
                .collect(Collectors.toUnmodifiableSet());
    }

    private static String key(String text) {
        if (text.length() < SHORTEST_API_KEY || text.chars().anyMatch(c -> c <= ' ' || c > '~')) {
            throw new IllegalArgumentException("must have at least " + SHORTEST_API_KEY
                    + " printable ASCII characters without blanks; take a random one");
        }
        return text;
    }
}
