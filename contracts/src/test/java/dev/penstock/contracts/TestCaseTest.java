package dev.penstock.contracts;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TestCaseTest {
    private static final TestCase FIRST = new TestCase("first", "1", "one");
    private static final TestCase SECOND = new TestCase("second", "2", null);

    /** {@code /} stands for a line feed, {@code ~} for a carriage return, {@code _} for a blank, {@code >} for a tab. */
    @ParameterizedTest(name = "{0} printed, {1} expected: {2}")
    @CsvSource({"1,1,true", "1/,1,true", "1,1/,true", "1///,1,true", "1~/2~/,1/2,true", "1_/2>/,1/2,true", "'','',true",
            "/_/,'',true", "1/_/_,1,true", "_1,1,false", "/1,1,false", "1//2,1/2,false", "1_2,1__2,false", "a,A,false",
            "1,2,false", "1/2,1,false", "'',1,false", "1,'',false"})
    void white_space_at_the_ends_of_lines_and_of_the_text_does_not_count(String printed, String expected,
            boolean passes) {
        TestCase test = new TestCase("t", "", spelled(expected));
        assertThat(test.ran(Verdict.OK, null, run(Output.of(spelled(printed)))).passed()).isEqualTo(passes);
    }

    @Test
    void what_is_cut_or_not_text_is_not_what_was_expected() {
        assertThat(FIRST.ran(Verdict.OK, null, run(new Output("one", Encoding.UTF_8, 9, true))).passed()).isFalse();
        assertThat(new TestCase("t", "", "AP8=").ran(Verdict.OK, null, run(Output.of(new byte[]{0, (byte) 0xff})))
                .passed())
                .isFalse();
    }

    @Test
    void only_a_program_that_ends_well_passes() {
        assertThat(FIRST.ran(Verdict.NONZERO_EXIT, null, run(Output.of("one"))).passed()).isFalse();
        assertThat(SECOND.ran(Verdict.NONZERO_EXIT, null, run(Output.EMPTY)).passed()).isFalse();
        assertThat(SECOND.ran(Verdict.OK, null, run(Output.EMPTY)).passed()).isTrue();
    }

    @Test
    void a_wrong_output_is_no_verdict() {
        ProgramResult result = ProgramResult.tested(null, List.of(FIRST.ran(Verdict.OK, null, run(Output.of("two"))),
                SECOND.ran(Verdict.OK, null, run(Output.EMPTY))));
        assertThat(result.verdict()).isEqualTo(Verdict.OK);
        assertThat(Objects.requireNonNull(result.tests()).passed()).isEqualTo(1);
        assertThat(result.tests().allPassed()).isFalse();
    }

    @Test
    void the_verdict_is_that_of_the_first_case_that_did_not_end_well() {
        ProgramResult result = ProgramResult.tested(null, List.of(FIRST.ran(Verdict.OK, null, run(Output.of("one"))),
                SECOND.ran(Verdict.SIGNAL, "by SIGSEGV", run(Output.EMPTY)), FIRST.notRun("late")));
        assertThat(result.verdict()).isEqualTo(Verdict.SIGNAL);
        assertThat(result.message()).isEqualTo("by SIGSEGV");
    }

    @Test
    void cases_that_time_did_not_suffice_for_count_as_its_limit() {
        ProgramResult result = ProgramResult.tested(null,
                List.of(FIRST.ran(Verdict.OK, null, run(Output.of("one"))), SECOND.notRun(TestCase.NO_TIME_LEFT)));
        assertThat(result.verdict()).isEqualTo(Verdict.TIME_LIMIT);
        assertThat(result.message()).isEqualTo(TestCase.NO_TIME_LEFT);
    }

    private static String spelled(String text) {
        return text.replace('/', '\n').replace('~', '\r').replace('_', ' ').replace('>', '\t');
    }

    private static StageResult run(Output stdout) {
        return new StageResult(0, null, stdout, Output.EMPTY, null, null, null);
    }
}
