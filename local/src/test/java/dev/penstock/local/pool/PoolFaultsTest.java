package dev.penstock.local.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** What a pool does when it is told to misbehave, as its callers see it. */
@Timeout(60)
class PoolFaultsTest {
    private final Rig rig = new Rig(PoolSettings.of(2));
    private final LocalPool pool = rig.pool;
    private final Target target = rig.target;
    private final Caller caller = rig.caller;

    @AfterEach
    void stop() {
        rig.close();
    }

    @ParameterizedTest
    @CsvSource({"429", "500", "404"})
    void aFullPoolAnswersWithTheStatusThatItIsToldTo(int status) throws Exception {
        pool.change(pool.settings().withFullAnswers(status, 0));
        caller.get("/x?identifier=job-1");
        caller.get("/x?identifier=job-2");
        HttpResponse<String> full = caller.get("/x?identifier=job-3");
        assertThat(full.statusCode()).isEqualTo(status);
        assertThat(full.body()).isEqualTo("Error happened when allocating pod for identifier job-3 in pool local");
    }

    @Test
    void aShareOfTheAnswersOfAFullPoolCarries500() throws Exception {
        pool.change(pool.settings().withFullAnswers(429, 100));
        caller.get("/x?identifier=job-1");
        caller.get("/x?identifier=job-2");
        assertThat(caller.get("/x?identifier=job-3").statusCode()).isEqualTo(500);
        rig.awaitAnswered(AnswerKind.FULL, 1);
    }

    @Test
    void inACrashLoopEveryNewSessionIsRefusedThoughThePoolIsEmpty() throws Exception {
        pool.change(pool.settings().withCrashLoop(true));
        assertThat(caller.get("/x?identifier=job-1").statusCode()).isEqualTo(429);
        assertThat(pool.stats().allocated()).isZero();
        rig.awaitAnswered(AnswerKind.NOT_READY, 1);
        pool.change(pool.settings().withCrashLoop(false));
        assertThat(caller.get("/x?identifier=job-1").statusCode()).isEqualTo(200);
    }

    @Test
    void aRequestCanWaitForItsContainerToStart() throws Exception {
        pool.change(pool.settings().withWaitForWarm(true).withStartDelay(Duration.ofMillis(20)));
        for (int job = 1; job <= 2; job++) {
            HttpResponse<String> answer = caller.get("/x?identifier=job-" + job);
            assertThat(answer.statusCode()).isEqualTo(200);
        }
    }

    @ParameterizedTest
    @CsvSource({"401, ''", "403, ''", "502, 'upstream'", "200, '<html>not what was asked for'"})
    void thePlatformCanAnswerInPlaceOfTheContainer(int status, String body) throws Exception {
        pool.faults().add(FaultRule.next(1, new Fault.Answer(status, body)));
        HttpResponse<String> answer = caller.get("/x?identifier=job-1");
        assertThat(answer.statusCode()).isEqualTo(status);
        assertThat(answer.body()).isEqualTo(body);
        assertThat(answer.headers().firstValue("X-Own")).as("the container's mark").isEmpty();
        assertThat(caller.get("/x?identifier=job-1").statusCode()).isEqualTo(200);
        rig.awaitAnswered(AnswerKind.INJECTED, 1);
    }

    @Test
    void accessCanBeDeniedToEverythingUntilTheFaultsAreCleared() throws Exception {
        caller.get("/x?identifier=job-1");
        pool.faults().add(new FaultRule(new Fault.Answer(403, ""), FaultRule.Scope.ALL, 0, 100));
        assertThat(caller.get("/x?identifier=job-1").statusCode()).isEqualTo(403);
        assertThat(caller.manage("stopSession", "&identifier=job-1").statusCode()).isEqualTo(403);
        pool.faults().clear();
        assertThat(caller.manage("stopSession", "&identifier=job-1").statusCode()).isEqualTo(200);
    }

    @Test
    void aConnectionCutBeforeForwardingLeavesNoTrace() throws Exception {
        pool.faults().add(FaultRule.next(1, new Fault.Cut(Fault.Moment.BEFORE_FORWARDING)));
        assertThatThrownBy(() -> callOnce("/hold/1?identifier=job-1")).isInstanceOf(ExecutionException.class);
        assertThat(pool.stats().allocated()).isZero();
        assertThat(target.heldNow()).isZero();
    }

    @Test
    void aConnectionCutBeforeTheAnswerLeavesASessionThatHasRun() throws Exception {
        pool.faults().add(FaultRule.next(1, new Fault.Cut(Fault.Moment.BEFORE_ANSWER)));
        CompletableFuture<HttpResponse<String>> running = caller.postAsync("/hold/1?identifier=job-1", "");
        target.awaitHeld().response().end("the program's output");
        assertThatThrownBy(() -> running.get(20, TimeUnit.SECONDS)).isInstanceOf(ExecutionException.class);
        assertThat(pool.stats().allocated()).isEqualTo(1);
        rig.awaitAnswered(AnswerKind.INJECTED, 1);
    }

    @Test
    void aConnectionCutWithinTheAnswerIsNoCompleteAnswer() {
        pool.faults().add(FaultRule.next(1, new Fault.Cut(Fault.Moment.WITHIN_ANSWER)));
        assertThatThrownBy(() -> callOnce("/x?identifier=job-1")).isInstanceOf(ExecutionException.class)
                .hasCauseInstanceOf(IOException.class);
        rig.awaitAnswered(AnswerKind.INJECTED, 1);
    }

    @ParameterizedTest
    @EnumSource(names = {"BEFORE_ANSWER", "WITHIN_ANSWER"})
    void aStopWhoseAnswerIsLostHasStopped(Fault.Moment moment) throws Exception {
        caller.get("/x?identifier=job-1");
        pool.faults().add(new FaultRule(new Fault.Cut(moment), FaultRule.Scope.MANAGEMENT, 1, 100));
        assertThatThrownBy(() -> callOnce("/.management/stopSession?identifier=job-1&" + Caller.API))
                .isInstanceOf(ExecutionException.class);
        assertThat(pool.stats().allocated()).isZero();
    }

    @Test
    void aDelayedRequestReachesNobodyUntilItsTimeHasCome() throws Exception {
        pool.faults().add(FaultRule.next(1, new Fault.Delay(Duration.ofMinutes(1))));
        CompletableFuture<HttpResponse<String>> delayed = caller.postAsync("/x?identifier=job-1", "");
        await().until(() -> pool.faults().rules().isEmpty());
        assertThat(caller.get("/x?identifier=job-2").statusCode()).isEqualTo(200);
        assertThat(delayed).isNotDone();
        assertThat(pool.stats().allocated()).isEqualTo(1);
    }

    @Test
    void aDelayedRequestIsServedInTheEnd() throws Exception {
        pool.faults().add(FaultRule.next(1, new Fault.Delay(Duration.ofMillis(20))));
        assertThat(caller.get("/x?identifier=job-1").statusCode()).isEqualTo(200);
    }

    @Test
    void aContainerSlowerThanTheLimitGives504AndIsBrokenOff() throws Exception {
        pool.change(pool.settings().withRequestLimit(Duration.ofMillis(300)));
        HttpResponse<String> late = caller.get("/hold/1?identifier=job-1");
        assertThat(late.statusCode()).isEqualTo(504);
        assertThat(target.awaitDropped()).isEqualTo("/hold/1");
        assertThat(pool.stats().allocated()).isEqualTo(1);
        rig.awaitAnswered(AnswerKind.TIMED_OUT, 1);
    }

    @Test
    void aSessionThatIsStoppingTakesRequestsAndCutsThemWhenTheLagIsOver() throws Exception {
        pool.change(pool.settings().withStopLag(Duration.ofMillis(50)));
        caller.get("/x?identifier=job-1");
        assertThat(caller.manage("stopSession", "&identifier=job-1").statusCode()).isEqualTo(200);
        assertThat(caller.manage("getSession", "&identifier=job-1").statusCode()).as("not yet gone").isEqualTo(200);
        CompletableFuture<HttpResponse<String>> late = caller.postAsync("/hold/1?identifier=job-1", "");
        target.awaitHeld();
        rig.clock.pass(Duration.ofMillis(50));
        assertThat(target.awaitDropped()).isEqualTo("/hold/1");
        assertThatThrownBy(() -> late.get(20, TimeUnit.SECONDS)).isInstanceOf(ExecutionException.class);
        Rig.assertRefused(caller.manage("getSession", "&identifier=job-1"), "SessionWithIdentifierNotFound");
    }

    @Test
    void anUpdateOfThePoolCutsEverything() throws Exception {
        CompletableFuture<HttpResponse<String>> first = caller.postAsync("/hold/1?identifier=job-1", "");
        CompletableFuture<HttpResponse<String>> second = caller.postAsync("/hold/2?identifier=job-2", "");
        target.awaitHeld();
        target.awaitHeld();
        assertThat(pool.update()).isEqualTo(2);
        assertThatThrownBy(() -> first.get(20, TimeUnit.SECONDS)).isInstanceOf(ExecutionException.class);
        assertThatThrownBy(() -> second.get(20, TimeUnit.SECONDS)).isInstanceOf(ExecutionException.class);
        target.awaitDropped();
        target.awaitDropped();
        assertThat(pool.stats().allocated()).isZero();
    }

    @Test
    void theExitOfAContainerCutsItsRequestsOnly() throws Exception {
        CompletableFuture<HttpResponse<String>> first = caller.postAsync("/hold/1?identifier=job-1", "");
        target.awaitHeld();
        CompletableFuture<HttpResponse<String>> second = caller.postAsync("/hold/2?identifier=job-2", "");
        var held = target.awaitHeld();
        assertThat(pool.exit("job-1")).isTrue();
        assertThatThrownBy(() -> first.get(20, TimeUnit.SECONDS)).isInstanceOf(ExecutionException.class);
        held.response().end("done");
        assertThat(second.get(20, TimeUnit.SECONDS).body()).isEqualTo("done");
    }

    /** Not resent by the client, as it does with a GET on a connection that it had used before. */
    private HttpResponse<String> callOnce(String uri) throws Exception {
        return caller.postAsync(uri, "").get(20, TimeUnit.SECONDS);
    }
}
