package dev.penstock.session.run;

import dev.penstock.contracts.LanguageRuntime;
import java.util.List;

/** What runs programs for the adapter: the built-in {@link Runner}, or a Piston somewhere else. */
public interface Engine {
    List<LanguageRuntime> runtimes();

    /** The same, looked for again: for when something is asked for that was not there. */
    default List<LanguageRuntime> lookAgain() throws InterruptedException {
        return runtimes();
    }

    /** How programs are kept apart, for people. */
    String isolation();

    /**
     * Runs a program to its end. Interrupting kills it.
     *
     * @throws RunnerFailure
     *             if nothing can be said about the program because the engine failed
     */
    ProgramEnd run(ProgramRun program) throws RunnerFailure, InterruptedException;
}
