package dev.penstock.worker.slot;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Runs blocking code deterministically: one thread at a time, in virtual time, in an order that the seed alone decides.
 * Threads belong to processes, which can be killed, and stalled as by SIGSTOP. What a machine has sent takes effect
 * whether or not the machine lives to see the answer.
 */
final class Simulation {
    private final Random random;
    private final PriorityQueue<Event> events = new PriorityQueue<>();
    private final Semaphore yielded = new Semaphore(0);
    private final List<Throwable> failures = new ArrayList<>();
    private long now;
    private long sequence;
    private @Nullable Fiber current;

    Simulation(long seed) {
        this.random = new Random(seed);
    }

    /** Ends the threads of a killed worker. */
    static final class Killed extends Error {
        private static final long serialVersionUID = 1L;
    }

    private record Event(long at, long order, Runnable action) implements Comparable<Event> {
        @Override
        public int compareTo(Event other) {
            return at != other.at ? Long.compare(at, other.at) : Long.compare(order, other.order);
        }
    }

    /** A worker machine, and time as it sees it. */
    final class Machine implements Time {
        private final String name;
        private final Set<Fiber> fibers = new LinkedHashSet<>();
        private boolean dead;
        private long stalledUntil;
        private long lastStallEnd = Long.MIN_VALUE;

        Machine(String name) {
            this.name = name;
        }

        void execute(Runnable body) {
            Fiber fiber = new Fiber(this, body);
            fibers.add(fiber);
            after(random.nextInt(1000), fiber::resume);
        }

        void kill() {
            dead = true;
            List.copyOf(fibers).forEach(Fiber::resume);
        }

        void stall(Duration length) {
            stalledUntil = now + length.toNanos();
            lastStallEnd = stalledUntil;
        }

        boolean dead() {
            return dead;
        }

        /** Whether it was stalled at some time after that. */
        boolean stalledSince(long time) {
            return lastStallEnd > time;
        }

        @Override
        public long nanos() {
            return now;
        }

        @Override
        public Instant instant() {
            return Instant.EPOCH.plusNanos(now);
        }

        @Override
        public void sleep(Duration duration) {
            Fiber fiber = running();
            after(duration.toNanos(), fiber::resume);
            fiber.park();
        }

        /** Does something elsewhere: the request travels, takes effect, and the answer travels back. */
        <T> T call(Supplier<T> effect) {
            Fiber fiber = running();
            Answer<T> answer = new Answer<>();
            after(latency(), () -> {
                try {
                    answer.values.add(effect.get());
                } catch (RuntimeException failed) {
                    answer.failure = failed;
                }
                after(latency(), fiber::resume);
            });
            fiber.park();
            return answer.get();
        }

        private Fiber running() {
            Fiber fiber = current;
            if (fiber == null || dead) {
                throw new Killed();
            }
            return fiber;
        }

        @Override
        public String toString() {
            return name;
        }
    }

    /** What an effect gave or threw. */
    private static final class Answer<T> {
        private final List<T> values = new ArrayList<>(1);
        private @Nullable RuntimeException failure;

        T get() {
            if (failure != null) {
                throw failure;
            }
            return values.getFirst();
        }
    }

    /** A thread that runs only while the simulation waits for it. */
    private final class Fiber {
        private final Machine machine;
        private final Semaphore turn = new Semaphore(0);
        private final Runnable body;
        private boolean started;
        private boolean ended;

        Fiber(Machine machine, Runnable body) {
            this.machine = machine;
            this.body = body;
        }

        /** Called by the simulation. */
        void resume() {
            if (ended) {
                return;
            }
            if (!machine.dead && machine.stalledUntil > now) {
                at(machine.stalledUntil + random.nextInt(1_000_000), this::resume);
                return;
            }
            Fiber before = current;
            current = this;
            if (started) {
                turn.release();
            } else {
                started = true;
                Thread.ofVirtual().start(this::run);
            }
            yielded.acquireUninterruptibly();
            current = before;
        }

        private void run() {
            try {
                if (!machine.dead) {
                    body.run();
                }
            } catch (Killed _) {
                // Nothing of a killed worker goes on.
            } catch (RuntimeException | Error failure) {
                failures.add(failure);
            } finally {
                ended = true;
                machine.fibers.remove(this);
                yielded.release();
            }
        }

        private void park() {
            yielded.release();
            turn.acquireUninterruptibly();
            if (machine.dead) {
                throw new Killed();
            }
        }
    }

    Machine machine(String name) {
        return new Machine(name);
    }

    Random random() {
        return random;
    }

    Duration now() {
        return Duration.ofNanos(now);
    }

    void at(long time, Runnable action) {
        events.add(new Event(time, sequence++, action));
    }

    void after(long nanos, Runnable action) {
        at(now + nanos, action);
    }

    void after(Duration delay, Runnable action) {
        after(delay.toNanos(), action);
    }

    /** Between a fraction of a millisecond and some tens of them, rarely more. */
    private long latency() {
        long micros = random.nextInt(50) == 0 ? random.nextInt(400_000) : 200 + random.nextInt(20_000);
        return micros * 1000;
    }

    /** Lets everything happen up to that time; rethrows what a thread died of. */
    void runUntil(Duration time) {
        long end = time.toNanos();
        while (true) {
            Event next = events.peek();
            if (next == null || next.at() > end) {
                now = end;
                return;
            }
            events.remove();
            now = Math.max(now, next.at());
            next.action().run();
            if (!failures.isEmpty()) {
                throw new AssertionError("a thread failed at " + now(), failures.getFirst());
            }
        }
    }
}
