package dev.penstock.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.contracts.JobMessage;
import dev.penstock.contracts.MessageCodec;
import dev.penstock.contracts.Output;
import dev.penstock.contracts.ProgramResult;
import dev.penstock.contracts.Reply;
import dev.penstock.contracts.Sizes;
import dev.penstock.contracts.StageResult;
import dev.penstock.contracts.TestCase;
import dev.penstock.contracts.TestReport;
import dev.penstock.contracts.TestResult;
import dev.penstock.contracts.Verdict;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ResultTrimTest {
    @Test
    void aResultThatFitsIsLeftAlone() {
        Reply.Finished reply = reply("short", "also short");
        assertThat(ResultTrim.toFit(reply)).containsSame(reply);
    }

    @ParameterizedTest(name = "output made of \"{0}\"")
    @ValueSource(strings = {"a", "\"", "\u0001", "ü", "😀"})
    void aLongOutputIsCutToWhatFitsAndMarked(String unit) {
        String all = unit.repeat(400_000 / unit.length());
        Reply.Finished trimmed = ResultTrim.toFit(reply(all, "complete")).orElseThrow();

        int size = MessageCodec.encode("", trimmed).body().length;
        assertThat(size).isBetween(Sizes.MAX_RESULT_BYTES - 64, Sizes.MAX_RESULT_BYTES);
        StageResult run = Objects.requireNonNull(Objects.requireNonNull(trimmed.result()).run());
        assertThat(run.stdout().truncated()).isTrue();
        assertThat(all).startsWith(run.stdout().content());
        assertThat(run.stdout().bytes()).isEqualTo(Output.of(all).bytes());
        assertThat(run.stderr()).isEqualTo(Output.of("complete"));
    }

    @Test
    void aTrimmedResultCanStillBeRead() {
        Reply.Finished trimmed = ResultTrim.toFit(reply("x".repeat(300_000), "y".repeat(300_000))).orElseThrow();
        assertThat(MessageCodec.decodeReply(MessageCodec.encode("id", trimmed))).isEqualTo(trimmed);
    }

    @Test
    void allCasesOfATestAreCutToOneLengthAndShortOnesNotAtAll() {
        List<TestResult> cases = new ArrayList<>();
        for (int i = 0; i < Sizes.MAX_TESTS; i++) {
            String stdout = i % 2 == 0 ? "short" : "x".repeat(1000 * i);
            var run = new StageResult(0, null, Output.of(stdout), Output.EMPTY, null, null, null);
            cases.add(new TestCase("case-" + i, "", stdout).ran(Verdict.OK, null, run));
        }
        Reply.Finished trimmed = ResultTrim.toFit(Reply.Finished.ran(JobMessage.first(Jobs.job("job-1", "code")),
                ProgramResult.tested(null, cases), Instant.EPOCH, Instant.EPOCH)).orElseThrow();

        assertThat(MessageCodec.encode("", trimmed).body().length)
                .isBetween(Sizes.MAX_RESULT_BYTES - 200, Sizes.MAX_RESULT_BYTES);
        TestReport report = Objects.requireNonNull(Objects.requireNonNull(trimmed.result()).tests());
        assertThat(report.passed()).isEqualTo(Sizes.MAX_TESTS);
        List<Output> outputs = report.cases().stream().map(one -> Objects.requireNonNull(one.run()).stdout()).toList();
        assertThat(outputs).filteredOn(Output::truncated)
                .extracting(output -> output.content().length())
                .hasSizeGreaterThan(40)
                .containsOnly(outputs.getLast().content().length());
        assertThat(outputs).filteredOn(output -> !output.truncated()).extracting(Output::content).contains("short");
    }

    private static Reply.Finished reply(String stdout, String stderr) {
        var run = new StageResult(0, null, Output.of(stdout), Output.of(stderr), null, null, null);
        return Reply.Finished.ran(JobMessage.first(Jobs.job("job-1", "code")),
                new ProgramResult(Verdict.OK, null, null, run), Instant.EPOCH, Instant.EPOCH);
    }
}
