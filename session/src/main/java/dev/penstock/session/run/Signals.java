package dev.penstock.session.run;

import java.util.List;

/** Linux's names of signals. */
final class Signals {
    static final int SIGKILL = 9;
    static final int SIGXFSZ = 25;

    private static final List<String> NAMES = List.of("SIGHUP", "SIGINT", "SIGQUIT", "SIGILL", "SIGTRAP", "SIGABRT",
            "SIGBUS", "SIGFPE", "SIGKILL", "SIGUSR1", "SIGSEGV", "SIGUSR2", "SIGPIPE", "SIGALRM", "SIGTERM",
            "SIGSTKFLT", "SIGCHLD", "SIGCONT", "SIGSTOP", "SIGTSTP", "SIGTTIN", "SIGTTOU", "SIGURG", "SIGXCPU",
            "SIGXFSZ", "SIGVTALRM", "SIGPROF", "SIGWINCH", "SIGIO", "SIGPWR", "SIGSYS");

    private Signals() {}

    /** The name, or {@code SIG40} and the like where there is none. */
    static String name(int number) {
        return number >= 1 && number <= NAMES.size() ? NAMES.get(number - 1) : "SIG" + number;
    }
}
