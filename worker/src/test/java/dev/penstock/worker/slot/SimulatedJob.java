package dev.penstock.worker.slot;

import dev.penstock.worker.pool.Cut;
import dev.penstock.worker.pool.SessionIdentifier;
import java.time.Duration;
import java.util.Optional;
import java.util.Random;

/**
 * A job in a simulation: one request or several in one session, as for test cases that are a request each. The later ones
 * leave long after the lease was made sure of for the first.
 *
 * @param stalls
 *            whether the machine may fall asleep between making sure of its lease and sending
 */
record SimulatedJob(Simulation.Machine machine, SimulatedPool pool, Random random, boolean stalls) {
    /** Longest that a program runs. */
    static final Duration CALL = Duration.ofSeconds(60);

    void run(Slot slot) {
        Cut cut = new Cut();
        try {
            Optional<SessionIdentifier> session = slot.use(cut);
            boolean goesOn = session.isPresent();
            for (int requests = 1 + random.nextInt(3); goesOn && requests > 0; requests--) {
                machine.sleep(Duration.ofMillis(random.nextInt(500)));
                goesOn = ends(slot, session.get(), cut);
            }
        } finally {
            slot.release();
        }
    }

    /** Sends a request; whether the program's end was seen. */
    private boolean ends(Slot slot, SessionIdentifier session, Cut cut) {
        if (cut.objection().isPresent()) {
            return false;
        }
        long checkedAt = machine.nanos();
        if (stalls && random.nextInt(40) == 0) {
            machine.stall(Duration.ofSeconds(random.nextInt(90)));
        }
        machine.sleep(Duration.ofNanos(1));
        Duration length = Duration.ofMillis(random.nextLong(random.nextInt(4) == 0 ? CALL.toMillis() : 5000));
        long end = machine.call(() -> pool.arrive(machine, session.value(), length, checkedAt));
        while (machine.nanos() < end) {
            if (cut.reason().isPresent()) {
                slot.leaveUnfinished();
                return false;
            }
            machine.sleep(Duration.ofSeconds(2));
        }
        return true;
    }
}
