package dev.penstock.worker.slot;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.worker.events.WorkerEvents;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.ToIntFunction;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The ledger's safety in a deterministic simulation of many workers, one broker and one pool. A failure names its seed;
 * run that seed alone to see it again. {@code -Dpenstock.ledgerSafety.seeds=N} tries as many random seeds.
 */
class LedgerSafetyTest {
    private static final Duration LEASE = Duration.ofSeconds(30);
    private static final Duration COOLDOWN = Duration.ofMinutes(5);
    private static final Duration CHAOS = Duration.ofMinutes(30);
    /** Long enough for every lease to lapse, and every session that nobody could stop to cool down, twice. */
    private static final Duration CALM = Duration.ofMinutes(25);
    /** Of real time, for one run. */
    private static final Duration PATIENCE = Duration.ofMinutes(5);
    private static final WorkerEvents EVENTS = new WorkerEvents(new SimpleMeterRegistry());
    private static final int SLOTS = 6;

    private static final int RANDOM_SEEDS = Integer.getInteger("penstock.ledgerSafety.seeds", 1);

    static LongStream seeds() {
        return LongStream.concat(LongStream.of(1),
                ThreadLocalRandom.current().longs(RANDOM_SEEDS, 0, 1_000_000_000));
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void withoutStallsNoMoreSessionsLiveThanThereAreSlotsAndEverySlotComesBack(long seed) throws Exception {
        withSeed(seed, world -> {
            world.chaos(false);
            assertThat(world.pool.bornLate()).isZero();
            world.comesToRest();
        });
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void stallsAddOnlyRequestsThatHadPassedTheLeaseCheckAndEverySlotComesBack(long seed) throws Exception {
        withSeed(seed, world -> {
            world.chaos(true);
            world.comesToRest();
        });
    }

    private static void withSeed(long seed, Consumer<World> course) throws Exception {
        ask(seed, world -> {
            course.accept(world);
            return world;
        });
    }

    /** On a virtual thread, as all of the simulation's are: they take turns a hundred thousand times. */
    private static <T> T ask(long seed, Function<World, T> course) throws Exception {
        var run = new FutureTask<>(() -> course.apply(new World(seed)));
        Thread.startVirtualThread(run);
        try {
            return run.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        } catch (ExecutionException violated) {
            throw new AssertionError("with seed " + seed, violated.getCause());
        }
    }

    /** As when the broker cuts a connection: the slot is another's at once, and its holder hears of it much later. */
    @Test
    void aLockThatTheBrokerDropsNeverPutsTwoSessionsIntoOneSlot() throws Exception {
        withSeed(11, world -> {
            world.resizeTo(1);
            Duration at = Duration.ofMinutes(2);
            while (at.compareTo(Duration.ofHours(3)) < 0) {
                world.dropLockAt(at);
                at = at.plusMillis(12_000 + world.random.nextInt(20_000));
            }
            world.simulation.runUntil(at);
            assertThat(world.pool.born()).isGreaterThan(300);
            assertThat(world.pool.followUps()).as("requests that came to a session that had run before")
                    .isGreaterThan(150);
        });
    }

    @Test
    void stallsDoProduceLateRequestsSoThatTheirBoundIsTested() throws Exception {
        assertThat(afterChaos(1, World::lateRequests) + afterChaos(2, World::lateRequests)).isPositive();
    }

    @Test
    void theSameSeedGivesTheSameRun() throws Exception {
        assertThat(afterChaos(7, World::sessions)).isEqualTo(afterChaos(7, World::sessions)).isGreaterThan(30);
    }

    private static int afterChaos(long seed, ToIntFunction<World> count) throws Exception {
        return ask(seed, world -> {
            world.chaos(true);
            return count.applyAsInt(world);
        });
    }

    /** Workers that come and go, and a pool and a broker that fail them. */
    private static final class World {
        private final Simulation simulation;
        private final Random random;
        private final SimulatedLedger ledger;
        private final SimulatedPool pool;
        private final List<Node> nodes = new ArrayList<>();
        private int slots = SLOTS;
        private boolean jobs = true;
        private boolean stalls;
        private int started;

        private record Node(Simulation.Machine machine, SlotLedger ledger, FreeSlots free) {
        }

        World(long seed) {
            this.simulation = new Simulation(seed);
            this.random = simulation.random();
            this.ledger = new SimulatedLedger(simulation, LEASE);
            this.pool = new SimulatedPool(simulation, ledger, COOLDOWN);
            IntStream.range(0, 3).forEach(_ -> startNode());
        }

        int sessions() {
            return pool.born();
        }

        int lateRequests() {
            return pool.bornLate();
        }

        /** Half an hour in which everything goes wrong, then peace. */
        void chaos(boolean withStalls) {
            stalls = withStalls;
            Duration at = Duration.ZERO;
            while (at.compareTo(CHAOS) < 0) {
                at = at.plusMillis(random.nextInt(30_000));
                simulation.at(at.toNanos(), this::misfortune);
            }
            simulation.runUntil(CHAOS);
            assertThat(pool.peakOnTime()).isLessThanOrEqualTo(SLOTS + 2);
            stalls = false;
            ledger.failing(0);
            pool.deaf(false);
            while (nodes.size() < 2) {
                startNode();
            }
        }

        void comesToRest() {
            simulation.runUntil(CHAOS.plus(CALM));
            jobs = false;
            simulation.runUntil(CHAOS.plus(CALM).plus(CALM));
            assertThat(pool.live()).as("live sessions").isZero();
            assertThat(ledger.size()).as("slots in the ledger").isEqualTo(slots);
            // Leases rotate, so now and then one is on its way from one worker to the next.
            for (int second = 0; second < 60 && !everySlotIsFree(); second++) {
                simulation.runUntil(simulation.now().plusSeconds(1));
            }
            assertThat(everySlotIsFree()).as("every slot held and free").isTrue();
        }

        private boolean everySlotIsFree() {
            return ledger.heldByTheLiving().size() == slots
                    && nodes.stream().mapToInt(node -> node.free().count()).sum() == slots;
        }

        void resizeTo(int size) {
            slots = size;
            nodes.forEach(node -> node.machine().execute(() -> node.ledger().resize(size)));
        }

        void dropLockAt(Duration time) {
            simulation.at(time.toNanos(), () -> ledger.dropLock(0));
        }

        private void misfortune() {
            switch (random.nextInt(9)) {
                case 0 -> kill();
                case 1 -> startNode();
                case 2 -> {
                    pool.deaf(true);
                    simulation.after(Duration.ofSeconds(random.nextInt(400)), () -> pool.deaf(false));
                }
                case 3 -> {
                    ledger.failing(random.nextInt(1000));
                    simulation.after(Duration.ofSeconds(random.nextInt(60)), () -> ledger.failing(0));
                }
                case 4 -> ledger.dropLock(random.nextInt(SLOTS));
                case 5 -> resize();
                case 6 -> shutDownOne();
                default -> {
                    if (stalls && !nodes.isEmpty()) {
                        nodes.get(random.nextInt(nodes.size()))
                                .machine()
                                .stall(Duration.ofSeconds(1 + random.nextInt(90)));
                    }
                }
            }
        }

        private void startNode() {
            if (nodes.size() >= 5) {
                return;
            }
            Simulation.Machine machine = simulation.machine("worker " + started++);
            FreeSlots free = new FreeSlots();
            SlotTerms terms = new SlotTerms("test", LEASE, Duration.ofSeconds(5), SimulatedJob.CALL, COOLDOWN,
                    Duration.ofSeconds(20), Duration.ofMillis(250), Duration.ofSeconds(2),
                    Optional.of(Duration.ofMinutes(2)));
            SlotLedger slotLedger = new SlotLedger(ledger.source(machine), slots, 200, terms,
                    new SlotLedger.Surroundings(pool.sessions(machine), free, machine, machine::execute, EVENTS,
                            random));
            Node node = new Node(machine, slotLedger, free);
            nodes.add(node);
            machine.execute(slotLedger::start);
            machine.execute(() -> takeJobs(node));
        }

        private void kill() {
            if (!nodes.isEmpty()) {
                Node node = nodes.remove(random.nextInt(nodes.size()));
                node.machine().kill();
                ledger.disconnected(node.machine());
            }
        }

        private void shutDownOne() {
            if (nodes.size() > 1) {
                Node node = nodes.remove(random.nextInt(nodes.size()));
                node.machine().execute(() -> {
                    try {
                        node.ledger().close(Duration.ofSeconds(random.nextInt(60)), random::nextBoolean);
                    } catch (InterruptedException never) {
                        throw new IllegalStateException(never);
                    }
                });
                simulation.after(Duration.ofSeconds(60), () -> {
                    node.machine().kill();
                    ledger.disconnected(node.machine());
                });
            }
        }

        /** Every worker learns of it at another time. */
        private void resize() {
            slots = SLOTS - 2 + random.nextInt(5);
            for (Node node : nodes) {
                simulation.after(Duration.ofSeconds(random.nextInt(10)),
                        () -> node.machine().execute(() -> node.ledger().resize(slots)));
            }
        }

        private void takeJobs(Node node) {
            while (jobs) {
                node.machine().sleep(Duration.ofMillis(random.nextInt(6000)));
                node.free()
                        .take()
                        .ifPresent(slot -> node.machine()
                                .execute(() -> new SimulatedJob(node.machine(), pool, random, stalls).run(slot)));
            }
        }
    }
}
