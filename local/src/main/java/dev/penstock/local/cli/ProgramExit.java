package dev.penstock.local.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.penstock.contracts.JobError;
import dev.penstock.contracts.Json;
import dev.penstock.contracts.Output;
import dev.penstock.contracts.ProgramResult;
import dev.penstock.contracts.StageResult;
import java.io.PrintStream;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** How a finished job ends this process: what is printed where, and the exit code. */
sealed interface ProgramExit {
    int EXIT_TIME_LIMIT = 124;
    int EXIT_KILLED = 137;
    int SIGNAL_BASE = 128;

    /** Prints what there is to print and returns the exit code. */
    int report(PrintStream out, PrintStream err);

    /** From a finished job's view. */
    static ProgramExit of(JsonNode view) {
        if (view.hasNonNull("result")) {
            return new Ran(Json.MAPPER.convertValue(view.get("result"), ProgramResult.class));
        }
        if (view.hasNonNull("error")) {
            JobError error = Json.MAPPER.convertValue(view.get("error"), JobError.class);
            return new GaveUp(error.message(),
                    error.code() == JobError.Code.REFUSED ? Penstock.EXIT_USAGE : Penstock.EXIT_PLATFORM);
        }
        return new GaveUp("the job ended as " + view.path("status").asText(), Penstock.EXIT_PLATFORM);
    }

    /** The program, or its compiler, ran. */
    record Ran(ProgramResult result) implements ProgramExit {
        private static final Map<String, Integer> SIGNALS = Map.ofEntries(Map.entry("SIGHUP", 1),
                Map.entry("SIGINT", 2),
                Map.entry("SIGQUIT", 3), Map.entry("SIGILL", 4), Map.entry("SIGTRAP", 5), Map.entry("SIGABRT", 6),
                Map.entry("SIGBUS", 7), Map.entry("SIGFPE", 8), Map.entry("SIGKILL", 9), Map.entry("SIGUSR1", 10),
                Map.entry("SIGSEGV", 11), Map.entry("SIGUSR2", 12), Map.entry("SIGPIPE", 13), Map.entry("SIGALRM", 14),
                Map.entry("SIGTERM", 15), Map.entry("SIGXCPU", 24), Map.entry("SIGXFSZ", 25), Map.entry("SIGSYS", 31));

        @Override
        public int report(PrintStream out, PrintStream err) {
            print(result.compile(), err, err);
            print(result.run(), out, err);
            if (result.message() != null) {
                err.println("penstock: " + result.message());
            }
            return exitCode();
        }

        /** A compiler's remarks are about the program, not its output: they belong on stderr. */
        private static void print(@Nullable StageResult stage, PrintStream out, PrintStream err) {
            if (stage != null) {
                write(stage.stdout(), out);
                write(stage.stderr(), err);
                note("stdout", stage.stdout(), err);
                note("stderr", stage.stderr(), err);
            }
        }

        private static void write(Output output, PrintStream stream) {
            stream.writeBytes(output.toBytes());
            stream.flush();
        }

        private static void note(String name, Output output, PrintStream err) {
            if (output.truncated()) {
                err.println("penstock: " + name + " is cut: the first " + output.toBytes().length + " of "
                        + output.bytes() + " bytes are shown");
            }
        }

        private int exitCode() {
            return switch (result.verdict()) {
                case OK -> 0;
                case NONZERO_EXIT -> exitCodeOf(result.run());
                case COMPILE_ERROR -> exitCodeOf(result.compile());
                case TIME_LIMIT -> EXIT_TIME_LIMIT;
                case MEMORY_LIMIT, OUTPUT_LIMIT -> EXIT_KILLED;
                case SIGNAL -> SIGNAL_BASE + signalNumber();
            };
        }

        private static int exitCodeOf(@Nullable StageResult stage) {
            return stage == null || stage.exitCode() == null ? 1 : stage.exitCode();
        }

        private int signalNumber() {
            String name = result.run() == null ? "" : Objects.requireNonNullElse(result.run().signal(), "");
            return SIGNALS.getOrDefault(name, 0);
        }
    }

    /** Nothing can be said about the program. */
    record GaveUp(String reason, int exitCode) implements ProgramExit {
        @Override
        public int report(PrintStream out, PrintStream err) {
            err.println("penstock: " + reason);
            return exitCode;
        }
    }
}
