package dev.penstock.worker;

import dev.penstock.contracts.MessageCodec;
import dev.penstock.contracts.Output;
import dev.penstock.contracts.ProgramResult;
import dev.penstock.contracts.Reply;
import dev.penstock.contracts.Sizes;
import dev.penstock.contracts.StageResult;
import dev.penstock.contracts.TestReport;
import dev.penstock.contracts.TestResult;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Cuts what a program printed until the reply fits the queue; the outputs are marked as truncated (decision 12). All
 * outputs, those of every test case included, are cut to one length: what is short stays whole.
 */
final class ResultTrim {
    private static final int MAX_MESSAGE_CHARACTERS = 1000;

    private ResultTrim() {}

    /**
     * The reply itself when it fits; else with every output cut to the greatest common length that does. Empty when it
     * doesn't fit without any output.
     */
    static Optional<Reply.Finished> toFit(Reply.Finished reply) {
        ProgramResult result = reply.result();
        if (result == null || fits(reply)) {
            return Optional.of(reply);
        }
        int fitting = 0;
        int tooLong = longestOutput(result) + 1;
        while (tooLong - fitting > 1) {
            int middle = (fitting + tooLong) >>> 1;
            if (fits(with(reply, cut(result, middle)))) {
                fitting = middle;
            } else {
                tooLong = middle;
            }
        }
        return Optional.of(with(reply, cut(result, fitting))).filter(ResultTrim::fits);
    }

    private static boolean fits(Reply.Finished reply) {
        return MessageCodec.encode("", reply).body().length <= Sizes.MAX_RESULT_BYTES;
    }

    private static int longestOutput(ProgramResult result) {
        TestReport tests = result.tests();
        Stream<@Nullable StageResult> cases = tests == null
                ? Stream.of()
                : tests.cases().stream().map(TestResult::run);
        return Stream.concat(Stream.of(result.compile(), result.run()), cases)
                .filter(Objects::nonNull)
                .flatMap(stage -> Stream.of(stage.stdout(), stage.stderr()))
                .mapToInt(output -> output.toBytes().length)
                .max()
                .orElse(0);
    }

    private static ProgramResult cut(ProgramResult result, int maxBytes) {
        TestReport tests = result.tests();
        return new ProgramResult(result.verdict(), cut(result.message()), cut(result.compile(), maxBytes),
                cut(result.run(), maxBytes), tests == null ? null : cut(tests, maxBytes), result.version());
    }

    private static TestReport cut(TestReport tests, int maxBytes) {
        return new TestReport(tests.passed(), tests.total(), tests.cases()
                .stream()
                .map(one -> new TestResult(one.id(), one.verdict(), cut(one.message()), one.passed(),
                        cut(one.run(), maxBytes)))
                .toList());
    }

    private static @Nullable String cut(@Nullable String message) {
        return message == null || message.length() <= MAX_MESSAGE_CHARACTERS
                ? message
                : message.substring(0, MAX_MESSAGE_CHARACTERS);
    }

    private static @Nullable StageResult cut(@Nullable StageResult stage, int maxBytes) {
        if (stage == null) {
            return null;
        }
        Output stdout = stage.stdout().keep(maxBytes);
        Output stderr = stage.stderr().keep(maxBytes);
        return stage.withOutput(stdout, stderr);
    }

    private static Reply.Finished with(Reply.Finished reply, ProgramResult result) {
        return new Reply.Finished(reply.version(), reply.jobId(), reply.status(), result, reply.error(),
                reply.attempt(), reply.requeues(), reply.startedAt(), reply.finishedAt());
    }
}
