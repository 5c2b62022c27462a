package dev.penstock.gateway.webhooks;

import dev.penstock.gateway.guard.EgressGuard;
import dev.penstock.gateway.guard.ResolverBusyException;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.net.SocketAddress;
import java.net.InetAddress;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** Makes one request: to the judged address, without redirects, within a time, reading nothing but the answer's head. */
final class WebhookClient {
    private static final int CONNECT_TIMEOUT_MS = 5_000;
    private static final int MAX_HEADERS = 16 * 1024;
    /** {@link Endpoints} lets far fewer in for each tenant; many may share a host. */
    private static final int CONNECTIONS_PER_ENDPOINT = 512;

    private final HttpClient client;
    private final EgressGuard guard;
    private final Duration timeout;
    private final InstantSource clock;

    /**
     * @param timeout
     *            for a request with all that it takes
     */
    WebhookClient(Vertx vertx, EgressGuard guard, Duration timeout, InstantSource clock) {
        this(vertx, guard, timeout, clock, new HttpClientOptions());
    }

    /**
     * A client for tests.
     *
     * @param base
     *            whom to trust, and nothing else
     */
    WebhookClient(Vertx vertx, EgressGuard guard, Duration timeout, InstantSource clock, HttpClientOptions base) {
        HttpClientOptions options = new HttpClientOptions(base).setKeepAlive(false)
                .setConnectTimeout(CONNECT_TIMEOUT_MS)
                .setMaxHeaderSize(MAX_HEADERS);
        this.client = vertx.createHttpClient(options, new PoolOptions().setHttp1MaxSize(CONNECTIONS_PER_ENDPOINT));
        this.guard = guard;
        this.timeout = timeout;
        this.clock = clock;
    }

    /** What came of a request. */
    sealed interface Outcome {
        /** The endpoint was tried. */
        sealed interface Tried extends Outcome {
        }

        /** It was not, for a reason that has nothing to do with it. */
        record NotTried() implements Outcome {
        }

        /**
         * The receiver answered.
         *
         * @param retryAfter
         *            what it asked for; zero if nothing
         */
        record Answered(int status, Duration retryAfter) implements Tried {
        }

        /** It did not, for a reason that tells no more than a caller may know. */
        record Unanswered(String reason) implements Tried {
        }
    }

    /** Blocks, bounded; never throws. */
    Outcome post(String tenant, URI url, Map<String, String> headers, byte[] body) {
        long start = System.nanoTime();
        try {
            InetAddress address = guard.resolve(tenant, url);
            long spent = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
            return send(options(url, address), headers, body, Math.max(1, timeout.toMillis() - spent));
        } catch (EgressGuard.RefusedException refused) {
            return new Outcome.Unanswered(String.valueOf(refused.getMessage()));
        } catch (ResolverBusyException noPlace) {
            return new Outcome.NotTried();
        }
    }

    private Outcome.Tried send(RequestOptions options, Map<String, String> headers, byte[] body, long timeoutMs) {
        Exchange exchange = new Exchange();
        try {
            return client.request(options).compose(request -> {
                exchange.begin(request);
                headers.forEach(request::putHeader);
                return request.send(Buffer.buffer(body));
            })
                    .map(this::answered)
                    .timeout(timeoutMs, TimeUnit.MILLISECONDS)
                    .otherwise(WebhookClient::unanswered)
                    .await();
        } finally {
            exchange.end();
        }
    }

    /** Ends with its connection: what the answer's body holds is of no interest, however slowly it comes. */
    private static final class Exchange {
        private @Nullable HttpClientRequest request;
        private boolean over;

        synchronized void begin(HttpClientRequest newRequest) {
            request = newRequest;
            if (over) {
                newRequest.connection().close();
                throw new IllegalStateException("connected when it was too late");
            }
        }

        synchronized void end() {
            over = true;
            if (request != null) {
                request.connection().close();
            }
        }
    }

    /** Refused, filtered or not listening: that difference is none of the caller's business. */
    private static Outcome.Tried unanswered(Throwable failure) {
        return new Outcome.Unanswered(failure instanceof TimeoutException
                ? "no answer in time"
                : "the host could not be reached");
    }

    private Outcome.Tried answered(HttpClientResponse response) {
        return new Outcome.Answered(response.statusCode(), retryAfter(response.getHeader("Retry-After")));
    }

    private Duration retryAfter(@Nullable String header) {
        if (header == null) {
            return Duration.ZERO;
        }
        if (header.matches("\\d{1,7}")) {
            return Duration.ofSeconds(Long.parseLong(header));
        }
        try {
            Instant time = ZonedDateTime.parse(header, DateTimeFormatter.RFC_1123_DATE_TIME).toInstant();
            Duration pause = Duration.between(clock.instant(), time);
            return pause.isNegative() ? Duration.ZERO : pause;
        } catch (DateTimeParseException notADate) {
            return Duration.ZERO;
        }
    }

    /** Connects to the judged address, and names the host to it as usual: in {@code Host}, SNI and certificate check. */
    private RequestOptions options(URI url, InetAddress address) {
        boolean tls = "https".equalsIgnoreCase(url.getScheme());
        int port = url.getPort() != -1 ? url.getPort() : tls ? 443 : 80;
        String path = url.getRawPath().isEmpty() ? "/" : url.getRawPath();
        return new RequestOptions().setMethod(HttpMethod.POST)
                .setServer(SocketAddress.inetSocketAddress(port, address.getHostAddress()))
                .setHost(url.getHost())
                .setPort(port)
                .setSsl(tls)
                .setURI(url.getRawQuery() == null ? path : path + "?" + url.getRawQuery())
                .setFollowRedirects(false)
                .setConnectTimeout(CONNECT_TIMEOUT_MS)
                .setIdleTimeout(timeout.toMillis());
    }
}
