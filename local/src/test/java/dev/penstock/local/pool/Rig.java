package dev.penstock.local.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.penstock.contracts.Json;
import io.vertx.core.Vertx;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** A running pool with a container behind it and a caller before it. Its clock passes only when told to. */
final class Rig implements AutoCloseable {
    static final String ADMIN_KEY = "the-admin-key";

    final Vertx vertx = Vertx.vertx();
    final Target target = new Target(vertx);
    final SettableClock clock = new SettableClock();
    final LocalPool pool;
    final Caller caller;

    Rig(PoolSettings settings) {
        var config = new PoolConfig("127.0.0.1", 0, "local", Caller.TOKEN, ContainerAddress.open(target.url()),
                Optional.of(ADMIN_KEY),
                settings, List.of(), OptionalLong.empty());
        pool = LocalPool.start(vertx, config, new PoolEvents(), clock);
        caller = new Caller(pool.endpoint());
    }

    /** A caller may have its answer a moment before the pool has noted that. */
    void awaitAnswered(AnswerKind kind, long times) {
        await().untilAsserted(() -> assertThat(pool.stats().answered(kind)).isEqualTo(times));
    }

    /** Lets time pass once nothing is in flight. */
    void pass(Duration time) {
        await().until(() -> pool.stats().executing() == 0);
        clock.pass(time);
    }

    static void assertRefused(HttpResponse<String> answer, String code) throws Exception {
        assertThat(answer.statusCode()).isEqualTo(400);
        JsonNode error = Json.MAPPER.readTree(answer.body()).get("error");
        assertThat(error.get("code").asText()).isEqualTo(code);
        assertThat(error.get("message").asText()).isNotEmpty();
        assertThat(error.get("traceId").asText()).isNotEmpty();
        assertThat(error.has("target")).isTrue();
    }

    @Override
    public void close() {
        caller.close();
        pool.close();
        target.close();
        vertx.close().await();
    }
}
