package dev.penstock.session.run;

import dev.penstock.contracts.ProgramResult;
import dev.penstock.contracts.StageResult;
import dev.penstock.contracts.Verdict;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What became of a program.
 *
 * @param compile
 *            {@code null} for languages without a compile step
 * @param cases
 *            in the order of the program's cases; fewer when their common time was used up, none when it didn't compile
 */
public record ProgramEnd(@Nullable StageEnd compile, List<StageEnd> cases) {
    public ProgramEnd {
        cases = List.copyOf(cases);
        if (cases.isEmpty()) {
            Objects.requireNonNull(compile, "a program without a case did not compile");
        }
    }

    /** As one result: that of the first case that isn't {@code ok}, or of the last one. */
    public ProgramResult result() {
        StageResult compiled = compile == null ? null : compile.result();
        if (compile != null && cases.isEmpty()) {
            return new ProgramResult(Verdict.COMPILE_ERROR, compile.message(), compiled, null);
        }
        StageEnd telling = cases.stream()
                .filter(end -> end.verdict() != Verdict.OK)
                .findFirst()
                .orElseGet(cases::getLast);
        return new ProgramResult(telling.verdict(), telling.message(), compiled, telling.result());
    }
}
