package dev.penstock.worker.pool;

import dev.penstock.configuration.Settings;
import dev.penstock.contracts.LanguageRuntime;
import java.net.URI;
import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Where the session pool is, how it speaks, and how long we wait for it.
 *
 * @param endpoint
 *            the pool's management endpoint, http or https
 * @param interpreter
 *            what a code-interpreter pool runs; the other dialects don't need it
 * @param token
 *            a fixed bearer token; without one an Entra token is asked for
 * @param cooldown
 *            how long the pool keeps an idle session; a slot whose stop is unconfirmed waits that long
 * @param connectTimeout
 *            until a connection stands
 * @param callTimeout
 *            longest call to a session; kept below the platform's own 220 and 240 s
 * @param callOverhead
 *            what a call may take on top of the program's wall time: allocation, compiling, the way there and back
 * @param controlTimeout
 *            of a stop or a look at a session
 * @param confirmTimeout
 *            how long a stopped session may take to be gone before its slot is parked
 * @param confirmInterval
 *            between two looks at a session that is being stopped
 */
public record PoolConfig(URI endpoint, DialectName dialect, LanguageRuntime interpreter, Optional<String> token,
        Duration cooldown,
        Duration connectTimeout, Duration callTimeout, Duration callOverhead, Duration controlTimeout,
        Duration confirmTimeout, Duration confirmInterval) {

    private static final Duration PLATFORM_LIMIT = Duration.ofMinutes(4);
    private static final Duration USUAL_OVERHEAD = Duration.ofSeconds(40);

    /** What a pool can be told to speak (decision 9). */
    public enum DialectName {
        PENSTOCK, LEGACY_ADAPTER, CODE_INTERPRETER;

        static DialectName parse(String text) {
            try {
                return valueOf(text.toUpperCase(Locale.ROOT).replace('-', '_'));
            } catch (IllegalArgumentException unknown) {
                throw new IllegalArgumentException("must be one of " + Arrays.stream(values())
                        .map(DialectName::spelling)
                        .collect(Collectors.joining(", ")), unknown);
            }
        }

        String spelling() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }

    /** Asks for the {@code PENSTOCK_POOL_*} settings. Take the value after {@link Settings#verify()}. */
    public static Supplier<PoolConfig> from(Settings settings) {
        var endpoint = settings.url("PENSTOCK_POOL_ENDPOINT").required("the pool's management endpoint");
        var dialect = settings.read("PENSTOCK_POOL_DIALECT", DialectName::parse).or(DialectName.PENSTOCK);
        var interpreter = settings.read("PENSTOCK_POOL_LANGUAGE", PoolConfig::interpreter)
                .or(CodeInterpreterDialect.PYTHON);
        var token = settings.text("PENSTOCK_POOL_TOKEN").optional();
        var cooldown = settings.duration("PENSTOCK_POOL_COOLDOWN").or(Duration.ofMinutes(5));
        var connect = settings.duration("PENSTOCK_POOL_CONNECT_TIMEOUT").or(Duration.ofSeconds(5));
        var call = settings.duration("PENSTOCK_POOL_CALL_TIMEOUT").or(Duration.ofSeconds(210));
        var overhead = settings.duration("PENSTOCK_POOL_CALL_OVERHEAD").or(usualOverhead(call.get()));
        var control = settings.duration("PENSTOCK_POOL_CONTROL_TIMEOUT").or(Duration.ofSeconds(10));
        var confirm = settings.duration("PENSTOCK_POOL_CONFIRM_TIMEOUT").or(Duration.ofSeconds(20));
        var interval = settings.duration("PENSTOCK_POOL_CONFIRM_INTERVAL").or(Duration.ofMillis(250));
        if (token.get().isEmpty() && settings.text("PENSTOCK_POOL_ENDPOINT").or("").get().startsWith("http:")) {
            settings.problem("PENSTOCK_POOL_ENDPOINT must be https unless PENSTOCK_POOL_TOKEN is set: an Entra token"
                    + " never travels in the clear");
        }
        if (call.get().compareTo(PLATFORM_LIMIT) >= 0) {
            settings.problem(
                    "PENSTOCK_POOL_CALL_TIMEOUT must be shorter than 240s, when the platform itself ends a call");
        }
        if (call.get().compareTo(overhead.get()) <= 0) {
            settings.problem("PENSTOCK_POOL_CALL_TIMEOUT must be longer than PENSTOCK_POOL_CALL_OVERHEAD: programs run"
                    + " in what is between them");
        }
        return () -> new PoolConfig(endpoint.get(), dialect.get(), interpreter.get(), token.get(), cooldown.get(),
                connect.get(),
                call.get(), overhead.get(), control.get(), confirm.get(), interval.get());
    }

    private static LanguageRuntime interpreter(String name) {
        return Stream.of(CodeInterpreterDialect.PYTHON, CodeInterpreterDialect.JAVASCRIPT)
                .filter(runtime -> runtime.answersTo(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("must be python or javascript"));
    }

    private static Duration usualOverhead(Duration callTimeout) {
        Duration half = callTimeout.dividedBy(2);
        return half.compareTo(USUAL_OVERHEAD) < 0 ? half : USUAL_OVERHEAD;
    }

    /** What a program may take within the longest call. */
    Duration runTime() {
        return callTimeout.minus(callOverhead);
    }

    @Override
    public String toString() {
        return "PoolConfig[endpoint=" + endpoint + ", dialect=" + dialect.spelling() + ", token="
                + (token.isPresent() ? "redacted" : "Entra") + ", cooldown=" + cooldown + ", callTimeout=" + callTimeout
                + "]";
    }
}
