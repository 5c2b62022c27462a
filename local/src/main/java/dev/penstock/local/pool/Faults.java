package dev.penstock.local.pool;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;

/**
 * The faults that a pool is told to show, in the order in which they were added. May be driven while the pool runs, from
 * any thread. Shares are drawn from a seeded source, so that a run can be repeated.
 */
public final class Faults {
    private static final int MOST_RULES = 100;

    private final long seed;
    private final Random random;
    private final List<Armed> armed = new ArrayList<>();

    Faults(long seed, List<FaultRule> rules) {
        this.seed = seed;
        this.random = new Random(seed);
        rules.forEach(this::add);
    }

    /** What the shares are drawn from. */
    public long seed() {
        return seed;
    }

    /**
     * Adds a rule after those that are there.
     *
     * @throws IllegalStateException
     *             when there are too many rules already; clear them first
     */
    public synchronized void add(FaultRule rule) {
        if (armed.size() >= MOST_RULES) {
            throw new IllegalStateException("more than " + MOST_RULES + " fault rules: clear them first");
        }
        armed.add(new Armed(rule));
    }

    /** The pool behaves again. */
    public synchronized void clear() {
        armed.clear();
    }

    /** The rules that are not used up, each with the requests that it has still to look at. */
    public synchronized List<FaultRule> rules() {
        return armed.stream().map(Armed::rest).toList();
    }

    /** Whether something of a share of requests happens this time. */
    synchronized boolean chance(int percent) {
        return percent == 100 || (percent > 0 && random.nextInt(100) < percent);
    }

    /** What strikes a request: all delays that apply, and the first of the other faults. */
    synchronized Strike strike(RequestKind request) {
        Duration delay = Duration.ZERO;
        Optional<Fault> hit = Optional.empty();
        for (Armed candidate : List.copyOf(armed)) {
            boolean delays = candidate.rule.fault() instanceof Fault.Delay;
            if ((!delays && hit.isPresent()) || !candidate.looksAt(request) || !chance(candidate.rule.percent())) {
                continue;
            }
            if (candidate.rule.fault() instanceof Fault.Delay(var time)) {
                delay = delay.plus(time);
            } else {
                hit = Optional.of(candidate.rule.fault());
            }
        }
        armed.removeIf(Armed::usedUp);
        return new Strike(delay, hit);
    }

    /** What a request asks for. */
    enum RequestKind {
        NEW_SESSION, KNOWN_SESSION, MANAGEMENT
    }

    /** What happens to one request. */
    record Strike(Duration delay, Optional<Fault> fault) {}

    private static final class Armed {
        private final FaultRule rule;
        private int looks;

        Armed(FaultRule rule) {
            this.rule = rule;
        }

        boolean looksAt(RequestKind request) {
            boolean inScope = switch (rule.scope()) {
                case ALL -> true;
                case MANAGEMENT -> request == RequestKind.MANAGEMENT;
                case SESSIONS -> request != RequestKind.MANAGEMENT;
            };
            if (!inScope || (rule.fault() instanceof Fault.Busy && request != RequestKind.NEW_SESSION)) {
                return false;
            }
            looks++;
            return true;
        }

        boolean usedUp() {
            return rule.requests() > 0 && looks >= rule.requests();
        }

        FaultRule rest() {
            int left = rule.requests() == 0 ? 0 : rule.requests() - looks;
            return new FaultRule(rule.fault(), rule.scope(), left, rule.percent());
        }
    }
}
