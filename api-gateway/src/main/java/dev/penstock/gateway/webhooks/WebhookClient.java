package dev.penstock.gateway.webhooks;

import dev.penstock.gateway.guard.EgressGuard;
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

/** Makes one request: to the judged address, without redirects, within 15 s, reading nothing but the answer's head. */
final class WebhookClient {
    private static final int CONNECT_TIMEOUT_MS = 5_000;
    private static final int TOTAL_TIMEOUT_MS = 15_000;
    private static final int MAX_HEADERS = 16 * 1024;
    /** {@link Endpoints} lets fewer in. */
    private static final int CONNECTIONS_PER_ENDPOINT = 64;

    private final HttpClient client;
    private final EgressGuard guard;
    private final InstantSource clock;

    WebhookClient(Vertx vertx, EgressGuard guard, InstantSource clock) {
        this(vertx, guard, clock, new HttpClientOptions());
    }

    /**
     * A client for tests.
     *
     * @param base
     *            whom to trust, and nothing else
     */
    WebhookClient(Vertx vertx, EgressGuard guard, InstantSource clock, HttpClientOptions base) {
        HttpClientOptions options = new HttpClientOptions(base).setKeepAlive(false)
                .setConnectTimeout(CONNECT_TIMEOUT_MS)
                .setMaxHeaderSize(MAX_HEADERS);
        this.client = vertx.createHttpClient(options, new PoolOptions().setHttp1MaxSize(CONNECTIONS_PER_ENDPOINT));
        this.guard = guard;
        this.clock = clock;
    }

    /** What came of a request. */
    sealed interface Outcome {
        /**
         * The receiver answered.
         *
         * @param retryAfter
         *            what it asked for; zero if nothing
         */
        record Answered(int status, Duration retryAfter) implements Outcome {
        }

        /** It did not, for a reason that tells no more than a caller may know. */
        record Unanswered(String reason) implements Outcome {
        }
    }

    /** Blocks, for 15 s at most with all that it takes; never throws. */
    Outcome post(URI url, Map<String, String> headers, byte[] body) {
        long start = System.nanoTime();
        try {
            InetAddress address = guard.resolve(url);
            long spent = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
            return send(options(url, address), headers, body, Math.max(1, TOTAL_TIMEOUT_MS - spent));
        } catch (EgressGuard.RefusedException refused) {
            return new Outcome.Unanswered(String.valueOf(refused.getMessage()));
        }
    }

    private Outcome send(RequestOptions options, Map<String, String> headers, byte[] body, long timeoutMs) {
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
    private static Outcome unanswered(Throwable failure) {
        return new Outcome.Unanswered(failure instanceof TimeoutException
                ? "no answer within " + TOTAL_TIMEOUT_MS / 1_000 + " s"
                : "the host could not be reached");
    }

    private Outcome answered(HttpClientResponse response) {
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
    private static RequestOptions options(URI url, InetAddress address) {
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
                .setIdleTimeout(TOTAL_TIMEOUT_MS);
    }
}
