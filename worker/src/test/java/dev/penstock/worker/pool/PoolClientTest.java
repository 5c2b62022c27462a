package dev.penstock.worker.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.azure.core.credential.AccessToken;
import com.azure.core.credential.TokenCredential;
import dev.penstock.contracts.Job;
import dev.penstock.contracts.LanguageRuntime;
import dev.penstock.contracts.Verdict;
import dev.penstock.worker.Configs;
import dev.penstock.worker.Jobs;
import dev.penstock.worker.StubPool;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.NetServer;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.time.Duration;
import java.time.InstantSource;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;

class PoolClientTest {
    private static final Job JOB = Jobs.job("job-1", "hello");
    private static final String BUS = "Endpoint=sb://localhost;SharedAccessKeyName=n;SharedAccessKey=k";

    private final Vertx vertx = Vertx.vertx();
    private final StubPool pool = StubPool.start(vertx);
    private final SessionIdentifier session = SessionIdentifier.fresh("test", 0);
    private PoolClient client = client(pool.endpoint(), PoolToken.fixed(StubPool.TOKEN));

    @BeforeEach
    void noSessionLives() {
        assertThat(pool.live()).isZero();
    }

    @AfterEach
    void close() {
        client.close();
        vertx.close().await();
    }

    @Test
    void aProgramRunsInASessionThatLivesUntilItIsStopped() {
        Outcome outcome = client.execute(session, JOB, new Cut());

        assertThat(outcome).isInstanceOfSatisfying(Outcome.Ran.class,
                ran -> assertThat(ran.result().verdict()).isEqualTo(Verdict.OK));
        assertThat(client.isGone(session)).isFalse();
        assertThat(client.stop(session)).isTrue();
        assertThat(client.isGone(session)).isTrue();
    }

    @Test
    void aSessionTellsWhatItCanRun() {
        assertThat(client.runtimes(() -> Optional.of(session), new Cut()))
                .contains(List.of(new LanguageRuntime("python", "3.11.2", List.of())));
    }

    @Test
    void sessionsAreListedOverAllPagesAndOthersIdentifiersAreLeftOut() {
        List<SessionIdentifier> ours = IntStream.range(0, 7).mapToObj(i -> SessionIdentifier.fresh("test", i)).toList();
        ours.forEach(id -> pool.leaveBehind(id.value()));
        pool.leaveBehind("somebody|else");
        assertThat(client.list().orElseThrow()).containsExactlyInAnyOrderElementsOf(ours);
        pool.refuseTokens(1);
        assertThat(client.list()).as("not told").isEmpty();
    }

    @Test
    void anEndpointWhereNobodyListensIsUnavailableAndNotReached() throws IOException {
        int port;
        try (ServerSocket closedSoon = new ServerSocket(0)) {
            port = closedSoon.getLocalPort();
        }
        try (PoolClient nowhere = client(URI.create("http://127.0.0.1:" + port), PoolToken.fixed("t"))) {
            assertThat(nowhere.execute(session, JOB, new Cut()))
                    .isInstanceOfSatisfying(Outcome.Unavailable.class,
                            failed -> assertThat(failed.reached()).isFalse());
            assertThat(nowhere.isGone(session)).isFalse();
        }
    }

    /** A name below {@code .invalid} belongs to nobody (RFC 6761). */
    @Test
    void aHostWithoutAnAddressIsUnavailableAndNotReached() {
        try (PoolClient nowhere = client(URI.create("http://pool.invalid"), PoolToken.fixed("t"))) {
            assertThat(nowhere.execute(session, JOB, new Cut()))
                    .isInstanceOfSatisfying(Outcome.Unavailable.class,
                            failed -> assertThat(failed.reached()).isFalse());
        }
    }

    /** What answers there isn't TLS: the handshake fails, and the request never leaves. */
    @Test
    void aHandshakeThatFailsIsUnavailableAndNotReached() {
        URI plain = pool.endpoint();
        try (PoolClient secure = client(URI.create("https://127.0.0.1:" + plain.getPort()), PoolToken.fixed("t"))) {
            assertThat(secure.execute(session, JOB, new Cut()))
                    .isInstanceOfSatisfying(Outcome.Unavailable.class,
                            failed -> assertThat(failed.reached()).isFalse());
        }
        assertThat(pool.executed()).isEmpty();
    }

    @Test
    void aConnectionThatBreaksAfterTheRequestLeftIsLost() {
        pool.insteadNext(request -> request.connection().close());
        assertThat(client.execute(session, JOB, new Cut())).isInstanceOf(Outcome.Lost.class);
    }

    @Test
    void anAnswerThatEndsTooEarlyIsUnavailable() {
        URI endpoint = rawServer("HTTP/1.1 200 OK\r\nPenstock-Session: 1\r\nContent-Length: 1000\r\n\r\n{\"jobId\"");
        try (PoolClient raw = client(endpoint, PoolToken.fixed("t"))) {
            assertThat(raw.execute(session, JOB, new Cut()))
                    .isEqualTo(new Outcome.Unavailable("the pool's answer broke off"));
        }
    }

    @Test
    void anAnswerThatIsNoHttpIsLost() {
        URI endpoint = rawServer("SSH-2.0-OpenSSH_9.2\r\n\r\n");
        try (PoolClient raw = client(endpoint, PoolToken.fixed("t"))) {
            assertThat(raw.execute(session, JOB, new Cut())).isInstanceOf(Outcome.Lost.class);
        }
    }

    @Test
    void aCallEndsAtItsDeadline() {
        pool.hold();
        client.close();
        client = client(pool.endpoint(), PoolToken.fixed(StubPool.TOKEN), "PENSTOCK_POOL_CALL_TIMEOUT", "200ms");
        assertThat(client.execute(session, JOB, new Cut())).isInstanceOf(Outcome.Lost.class);
    }

    @Test
    void aCallCanBeCut() throws Exception {
        pool.hold();
        Cut cut = new Cut();
        var outcome = new CompletableFuture<Outcome>();
        Thread call = Thread.ofVirtual().start(() -> outcome.complete(client.execute(session, JOB, cut)));
        await().until(() -> pool.waiting() == 1);

        cut.now("of a test");
        call.join();

        assertThat(outcome.join()).isEqualTo(new Outcome.Lost("the call was cut: of a test"));
    }

    @Test
    void aCallThatWasCutBeforeItWasMadeIsNeverSent() {
        Cut cut = new Cut();
        cut.now("early");
        assertThat(client.execute(session, JOB, cut)).isEqualTo(new Outcome.Busy(Optional.empty()));
        assertThat(pool.executed()).isEmpty();
    }

    @Test
    void aCallIsNotSentOnceTheSlotMayNotBeUsed() {
        Cut cut = new Cut();
        cut.onlyWhile(() -> false);
        assertThat(client.execute(session, JOB, cut)).isEqualTo(new Outcome.Busy(Optional.empty()));
        assertThat(pool.executed()).isEmpty();
    }

    @Test
    void anEndlessAnswerIsNotReadToItsEnd() {
        pool.insteadNext(request -> {
            request.response().setChunked(true).putHeader("Penstock-Session", "1");
            Buffer part = Buffer.buffer(new byte[64 * 1024]);
            request.response().drainHandler(_ -> request.response().write(part));
            for (int i = 0; i < 200; i++) {
                request.response().write(part);
            }
        });
        assertThat(client.execute(session, JOB, new Cut()))
                .isEqualTo(new Outcome.Unavailable("the pool's answer was longer than 4194304 bytes"));
    }

    @Test
    void aRedirectIsNotFollowed() {
        pool.insteadNext(request -> request.response()
                .setStatusCode(307)
                .putHeader("Location", "http://127.0.0.1:" + pool.endpoint().getPort() + "/elsewhere/execute")
                .end());
        assertThat(client.execute(session, JOB, new Cut())).isInstanceOf(Outcome.Denied.class);
        assertThat(pool.executed()).hasSize(1);
    }

    @Test
    void aFixedTokenIsNotTriedTwice() {
        pool.refuseTokens(1);
        assertThat(client.execute(session, JOB, new Cut())).isInstanceOf(Outcome.Denied.class);
    }

    @Test
    void anEntraTokenIsFetchedOnceAndOnceMoreAfterA401() {
        AtomicInteger fetched = new AtomicInteger();
        client.close();
        client = client(pool.endpoint(),
                new EntraPoolToken(() -> credential(fetched), EntraPoolToken.POOLS, InstantSource.system()));
        assertThat(client.execute(session, JOB, new Cut())).isInstanceOf(Outcome.Ran.class);
        assertThat(client.stop(session)).isTrue();
        assertThat(fetched).hasValue(1);

        pool.refuseTokens(1);
        assertThat(client.execute(session, JOB, new Cut())).isInstanceOf(Outcome.Ran.class);
        assertThat(fetched).hasValue(2);

        pool.refuseTokens(2);
        assertThat(client.execute(session, JOB, new Cut())).isInstanceOf(Outcome.Denied.class);
    }

    @Test
    void azuresCodeInterpreterIsSpokenToInBothItsWays() {
        try (ForeignPool azure = new ForeignPool(vertx);
                PoolClient interpreter = client(azure.endpoint(), PoolToken.fixed("t"), "PENSTOCK_POOL_DIALECT",
                        "code-interpreter")) {
            Job job = Jobs.of("job-1", Jobs.program("python", "print('hi')").withStdin(""));
            assertRan(interpreter.execute(session, job, new Cut()));
            azure.knowsOldPathsOnly();
            assertRan(interpreter.execute(session, job, new Cut()));
            assertThat(azure.bodies().getFirst().getString("code")).isEqualTo("print('hi')");
            assertThat(azure.bodies().getLast().getJsonObject("properties").getString("code"))
                    .isEqualTo("print('hi')");

            List<SessionIdentifier> others = Stream.generate(() -> SessionIdentifier.fresh("test", 1))
                    .limit(3)
                    .toList();
            others.forEach(other -> interpreter.execute(other, job, new Cut()));
            assertThat(interpreter.list().orElseThrow()).hasSize(4).containsAll(others).contains(session);
            assertThat(interpreter.isGone(session)).isFalse();
            assertThat(interpreter.stop(session)).isTrue();
            assertThat(interpreter.isGone(session)).isTrue();
            assertThat(azure.live()).hasSize(3);
            assertThat(azure.asked()).startsWith("POST /executions", "POST /executions", "POST /code/execute")
                    .contains("GET /listSessions", "GET /session", "DELETE /session");
        }
    }

    private static void assertRan(Outcome outcome) {
        assertThat(outcome).isInstanceOfSatisfying(Outcome.Ran.class, ran -> assertThat(ran.result().run()).isNotNull()
                .satisfies(run -> assertThat(run.stdout().content()).isEqualTo("hi")));
    }

    @Test
    void aTokenThatCannotBeHadDeniesTheJob() {
        client.close();
        client = client(pool.endpoint(),
                new EntraPoolToken(() -> _ -> Mono.error(new IllegalStateException("no identity")),
                        EntraPoolToken.POOLS,
                        InstantSource.system()));
        assertThat(client.execute(session, JOB, new Cut())).isInstanceOf(Outcome.Denied.class);
    }

    /** As in Azure, where a credential keeps its tokens for as long as they last. */
    @Test
    void aRefusedTokenThatIsGivenAgainIsNotSentAgain() {
        AtomicInteger made = new AtomicInteger();
        client.close();
        client = client(pool.endpoint(), new EntraPoolToken(() -> {
            made.incrementAndGet();
            return _ -> Mono.fromSupplier(() -> token(StubPool.TOKEN));
        }, EntraPoolToken.POOLS, InstantSource.system()));
        pool.refuseTokens(1);
        assertThat(client.execute(session, JOB, new Cut())).isInstanceOf(Outcome.Denied.class);
        assertThat(made).as("credentials").hasValue(2);
        assertThat(client.execute(session, JOB, new Cut())).isInstanceOf(Outcome.Ran.class);
    }

    @Test
    void aPoolThatRefusesToEndSessionsIsSeenUntilItDoes() {
        List<PoolClient.Refusal> refusals = new CopyOnWriteArrayList<>();
        client.close();
        client = new PoolClient(vertx, Configs.config(pool.endpoint(), BUS).pool(), PoolToken.fixed(StubPool.TOKEN), 2,
                refusals::add);
        pool.refuseTokens(2);
        assertThat(client.stop(session)).isFalse();
        assertThat(client.isGone(session)).isFalse();
        assertThat(refusals)
                .containsExactly(new PoolClient.Refusal("stop", 401), new PoolClient.Refusal("look", 401));
        assertThat(client.objection()).hasValueSatisfying(why -> assertThat(why).contains("401"));

        assertThat(client.stop(session)).isTrue();
        assertThat(client.isGone(session)).isTrue();
        assertThat(client.objection()).isEmpty();
        assertThat(client.word()).isEqualTo(PoolClient.Word.LET_IN);
        pool.refuseTokens(1);
        assertThat(client.word()).isEqualTo(PoolClient.Word.DENIED);
    }

    private static AccessToken token(String text) {
        return new AccessToken(text, OffsetDateTime.now(ZoneOffset.UTC).plus(Duration.ofHours(1)));
    }

    /** Each token differs from the one before. */
    private static TokenCredential credential(AtomicInteger fetched) {
        return request -> Mono.fromSupplier(() -> {
            assertThat(request.getScopes()).containsExactly("https://dynamicsessions.io/.default");
            return token(StubPool.TOKEN + fetched.incrementAndGet());
        });
    }

    private URI rawServer(String answer) {
        NetServer server = vertx.createNetServer();
        server.connectHandler(socket -> socket.handler(_ -> socket.end(Buffer.buffer(answer))));
        server.listen(0, "127.0.0.1").await();
        return URI.create("http://127.0.0.1:" + server.actualPort());
    }

    private PoolClient client(URI endpoint, PoolToken token, String... overrides) {
        return new PoolClient(vertx, Configs.config(endpoint, BUS, overrides).pool(), token, 2);
    }
}
