package dev.penstock.messaging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.azure.core.credential.AccessToken;
import com.azure.core.credential.TokenCredential;
import com.azure.core.credential.TokenRequestContext;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

class EntraTokenTest {
    private static final Duration LIFE = Duration.ofHours(1);
    private static final int CALLERS = 16;

    private Instant now = Instant.parse("2030-01-01T12:00:00Z");
    private final Credential credential = new Credential();
    private final EntraToken token = new EntraToken(credential, "scope/.default", () -> now);

    /** A token endpoint that answers when it is told to. */
    private static final class Credential implements TokenCredential {
        private final List<Sinks.One<AccessToken>> fetches = new ArrayList<>();

        @Override
        public Mono<AccessToken> getToken(TokenRequestContext request) {
            Sinks.One<AccessToken> fetch = Sinks.one();
            synchronized (this) {
                fetches.add(fetch);
                notifyAll();
            }
            return fetch.asMono();
        }

        synchronized Sinks.One<AccessToken> fetch(int number) throws InterruptedException {
            while (fetches.size() <= number) {
                wait();
            }
            return fetches.get(number);
        }

        synchronized int count() {
            return fetches.size();
        }
    }

    @Test
    void one_fetch_serves_all_who_wait_and_a_new_one_comes_ahead_of_the_end() throws Exception {
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<String>> callers = callers(threads);
            credential.fetch(0).tryEmitValue(token("first")).orThrow();
            for (Future<String> caller : callers) {
                assertThat(caller.get(1, TimeUnit.MINUTES)).isEqualTo("first");
            }
            assertThat(credential.count()).isEqualTo(1);

            now = now.plus(LIFE).minusSeconds(200);
            Future<String> late = threads.submit(token::current);
            credential.fetch(1).tryEmitValue(token("second")).orThrow();
            assertThat(late.get(1, TimeUnit.MINUTES)).isEqualTo("second");
        }
    }

    /** Each would else wait for a time-out of its own, one after the other. */
    @Test
    void a_failed_fetch_is_the_failure_of_all_who_waited_for_it() throws Exception {
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<String>> callers = callers(threads);
            credential.fetch(0).tryEmitError(new IllegalStateException("no route")).orThrow();
            for (Future<String> caller : callers) {
                assertThatThrownBy(() -> caller.get(1, TimeUnit.MINUTES)).isInstanceOf(ExecutionException.class)
                        .hasMessageContaining("no route");
            }
            assertThat(credential.count()).isEqualTo(1);

            Future<String> next = threads.submit(token::current);
            credential.fetch(1).tryEmitValue(token("at last")).orThrow();
            assertThat(next.get(1, TimeUnit.MINUTES)).isEqualTo("at last");
        }
    }

    private List<Future<String>> callers(ExecutorService threads) {
        List<Future<String>> callers = new ArrayList<>();
        for (int i = 0; i < CALLERS; i++) {
            callers.add(threads.submit(token::current));
        }
        await().until(() -> token.waiting() == CALLERS - 1);
        return callers;
    }

    private AccessToken token(String text) {
        return new AccessToken(text, now.plus(LIFE).atOffset(ZoneOffset.UTC));
    }
}
