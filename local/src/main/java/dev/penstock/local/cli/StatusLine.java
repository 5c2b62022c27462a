package dev.penstock.local.cli;

import java.io.PrintStream;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;

/** One line on a terminal that says where the job is and for how long. Shows nothing where stderr is no terminal. */
final class StatusLine implements AutoCloseable {
    private static final String ERASE = "\r\033[K";
    private static final Duration TICK = Duration.ofSeconds(1);

    private final boolean terminal;
    private final PrintStream out;
    private final long started = System.nanoTime();
    private final AtomicReference<String> state = new AtomicReference<>("");
    private final Thread ticker;

    private StatusLine(boolean terminal, PrintStream out) {
        this.terminal = terminal;
        this.out = out;
        this.ticker = Thread.ofVirtual().unstarted(this::tick);
    }

    /** The launcher knows whether stderr is a terminal; the JDK can only tell for stdin and stdout together. */
    static StatusLine forTerminal() {
        StatusLine line = new StatusLine(Boolean.getBoolean("penstock.terminal"), System.err);
        if (line.terminal) {
            line.ticker.start();
        }
        return line;
    }

    void show(String newState) {
        state.set(newState);
        draw();
    }

    void clear() {
        state.set("");
        draw();
    }

    private void tick() {
        try {
            while (true) {
                Thread.sleep(TICK);
                draw();
            }
        } catch (InterruptedException closed) {
            Thread.currentThread().interrupt();
        }
    }

    private synchronized void draw() {
        if (terminal) {
            String now = state.get();
            long seconds = Duration.ofNanos(System.nanoTime() - started).toSeconds();
            out.print(now.isEmpty() ? ERASE : ERASE + now + " … " + seconds + " s");
            out.flush();
        }
    }

    @Override
    public void close() {
        ticker.interrupt();
        clear();
    }
}
