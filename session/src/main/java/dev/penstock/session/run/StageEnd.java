package dev.penstock.session.run;

import dev.penstock.contracts.Output;
import dev.penstock.contracts.StageResult;
import dev.penstock.contracts.Verdict;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How a stage ended.
 *
 * @param message
 *            one line for people where the verdict leaves a question
 * @param stopped
 *            at which limit it was stopped; {@code null} where it wasn't, or nobody knows
 * @param packed
 *            whether the archive, if asked for, is whole
 * @param lastWords
 *            the end of stderr, a character for each byte
 */
public record StageEnd(Verdict verdict, @Nullable String message, StageResult result,
        @Nullable StopReason stopped, boolean packed, String lastWords) {
    /**
     * Judges a stage.
     *
     * @param stopped
     *            why it was stopped, if it was
     * @param report
     *            empty when all had to be killed at once
     * @param seen
     *            its use as it was watched
     */
    static StageEnd of(StageLimits limits, Optional<StopReason> stopped, Optional<Report> report, Seen seen) {
        Optional<StopReason> reason = stopped.filter(why -> !endedInTime(why, report))
                .or(() -> report.flatMap(Report::exceeded))
                .or(() -> noticedLate(limits, report, seen));
        Report end = report.orElseGet(() -> Report.killed(seen.wallMs));
        boolean exited = end.signal() == 0;
        StageResult result = new StageResult(exited ? end.exit() : null, exited ? null : Signals.name(end.signal()),
                seen.stdout, seen.stderr, end.wallMs(), report.isPresent() ? end.cpuMs() : seen.cpuMs,
                Math.max(end.peakBytes(), seen.peakBytes));
        if (reason.isPresent()) {
            return new StageEnd(verdict(reason.get()), message(reason.get(), limits), result, reason.get(), false,
                    seen.lastWords);
        }
        return exited
                ? new StageEnd(end.exit() == 0 ? Verdict.OK : Verdict.NONZERO_EXIT, end.unstartable().orElse(null),
                        result, null, end.packed(), seen.lastWords)
                : new StageEnd(Verdict.SIGNAL, signalMessage(end.signal(), limits), result, null, false,
                        seen.lastWords);
    }

    /** The same end, when the language's own runtime complained about memory before the limit was seen to be passed. */
    StageEnd outOfMemory(StageLimits limits) {
        return new StageEnd(Verdict.MEMORY_LIMIT,
                "ran out of memory within its limit of " + Amounts.bytes(limits.memoryBytes()), result, null, packed,
                lastWords);
    }

    /**
     * The same end, when the kernel has meanwhile killed for want of memory: a program that was killed may have been its
     * choice, and then has not ended by a signal of its own.
     *
     * @throws RunnerFailure
     *             if it had by far not taken what it was given
     */
    StageEnd amongKilled(StageLimits limits) throws RunnerFailure {
        if (verdict != Verdict.SIGNAL || !Signals.name(Signals.SIGKILL).equals(result.signal())) {
            return this;
        }
        if (Objects.requireNonNull(result.memoryBytes()) < limits.memoryBytes() / 2) {
            throw new RunnerFailure("the machine's memory ran out, and its kernel killed a program");
        }
        return new StageEnd(Verdict.MEMORY_LIMIT, "killed when the machine's memory ran out, within its limit of "
                + Amounts.bytes(limits.memoryBytes()), result, null, false, lastWords);
    }

    /** What both streams take in the answer, as JSON. */
    long keptBytes() {
        return (long) result.stdout().encodedLength() + result.stderr().encodedLength();
    }

    /** The same end, unless what it made could not be kept for the next stage. */
    StageEnd orTooLarge(StageLimits limits) {
        return verdict != Verdict.OK || packed
                ? this
                : new StageEnd(Verdict.OUTPUT_LIMIT, "made more than its disk limit of "
                        + Amounts.bytes(limits.diskBytes()), result, StopReason.DISK, false, lastWords);
    }

    /** What the watcher of a stage saw. */
    record Seen(long wallMs, long cpuMs, long peakBytes, Output stdout, Output stderr, boolean stdoutExceeded,
            boolean stderrExceeded, String lastWords) {}

    /** The clock struck while the program was ending by itself: then its own end counts. */
    private static boolean endedInTime(StopReason reason, Optional<Report> report) {
        return switch (reason) {
            case WALL_TIME, CPU_TIME -> report.filter(end -> end.signal() != Signals.SIGKILL).isPresent();
            case MEMORY, STDOUT, STDERR, DISK, FILES -> false;
        };
    }

    /** Limits that were broken too quickly for the watcher. */
    private static Optional<StopReason> noticedLate(StageLimits limits, Optional<Report> report, Seen seen) {
        if (seen.stdoutExceeded) {
            return Optional.of(StopReason.STDOUT);
        }
        if (seen.stderrExceeded) {
            return Optional.of(StopReason.STDERR);
        }
        if (report.filter(end -> end.peakBytes() > limits.memoryBytes()).isPresent()) {
            return Optional.of(StopReason.MEMORY);
        }
        return report.filter(end -> end.cpuMs() > limits.cpu().toMillis())
                .map(_ -> StopReason.CPU_TIME);
    }

    private static Verdict verdict(StopReason reason) {
        return switch (reason) {
            case WALL_TIME, CPU_TIME -> Verdict.TIME_LIMIT;
            case MEMORY -> Verdict.MEMORY_LIMIT;
            case STDOUT, STDERR, DISK, FILES -> Verdict.OUTPUT_LIMIT;
        };
    }

    private static String message(StopReason reason, StageLimits limits) {
        return switch (reason) {
            case WALL_TIME -> "stopped after " + Amounts.seconds(limits.wall()) + ": its wall time limit";
            case CPU_TIME -> "stopped after " + Amounts.seconds(limits.cpu()) + " of CPU time: its CPU time limit";
            case MEMORY -> "stopped above " + Amounts.bytes(limits.memoryBytes()) + " of memory: its memory limit";
            case STDOUT -> "stopped after " + Amounts.bytes(limits.outputBytes()) + " on stdout: its output limit";
            case STDERR -> "stopped after " + Amounts.bytes(limits.outputBytes()) + " on stderr: its output limit";
            case DISK -> "stopped above " + Amounts.bytes(limits.diskBytes()) + " on disk: its disk limit";
            case FILES -> "stopped above " + limits.files() + " files: its limit of files";
        };
    }

    private static String signalMessage(int signal, StageLimits limits) {
        String text = "ended by " + Signals.name(signal);
        return signal == Signals.SIGXFSZ
                ? text + ": no file may be larger than its disk limit of " + Amounts.bytes(limits.diskBytes())
                : text;
    }
}
