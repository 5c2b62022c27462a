package dev.penstock.gateway.http;

import dev.penstock.gateway.store.Insertion;
import io.vertx.core.Future;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/** What a submission that was stored before, or could not be confirmed, is answered with. */
final class Repetitions {
    private static final String RETRY_IN_FLIGHT = "1";
    private static final String RETRY_UNCONFIRMED = "5";

    private Repetitions() {}

    /**
     * The id that the same request got before.
     *
     * @param url
     *            of a resource's id
     * @throws ProblemException
     *             409 while that one is still being confirmed, 422 if the key belongs to another request
     */
    static String idOf(Insertion earlier, UnaryOperator<String> url) {
        return switch (earlier) {
            case Insertion.Repeated(String id) -> id;
            case Insertion.InFlight(String id) -> throw Problem
                    .of(ProblemType.IN_FLIGHT,
                            "The first request with this key is not confirmed yet. Try again shortly.")
                    .withJob(url.apply(id))
                    .withHeader("Retry-After", RETRY_IN_FLIGHT)
                    .asException();
            case Insertion.KeyTaken _ -> throw Problem
                    .of(ProblemType.IDEMPOTENCY_KEY_REUSED,
                            "Another request used this key. Take a fresh key per request.")
                    .asException();
            case Insertion.Stored _,Insertion.QuotaFull _ -> throw new IllegalStateException("this is no repetition");
        };
    }

    /**
     * For a request that can't be accepted, perhaps only by now: the same one may have been accepted earlier.
     *
     * @param answer
     *            to the earlier one, given its id
     * @return fails with the refusal if it is new
     */
    static Future<Answer> orRefusal(Future<Optional<Insertion>> earlier, UnaryOperator<String> url,
            Function<String, Future<Answer>> answer, ProblemException refusal) {
        return earlier.compose(found -> found.isPresent()
                ? answer.apply(idOf(found.get(), url))
                : Future.failedFuture(refusal));
    }

    static ProblemException notConfirmed(String url) {
        return Problem.of(ProblemType.NOT_CONFIRMED,
                "All is stored and will be queued as soon as the broker answers. Don't submit it again; read its URL.")
                .withJob(url)
                .withHeader("Location", url)
                .withHeader("Retry-After", RETRY_UNCONFIRMED)
                .asException();
    }
}
