package dev.penstock.session.http;

import dev.penstock.contracts.Limits;
import dev.penstock.session.run.StageLimits;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * From what a request asks to what its stages get.
 *
 * @param defaults
 *            for what isn't asked
 * @param ceilings
 *            nothing asked goes above
 * @param compile
 *            of every compile step; requests can only lower them
 */
public record LimitPolicy(StageLimits defaults, StageLimits ceilings, StageLimits compile) {
    private static final int CORES = Runtime.getRuntime().availableProcessors();

    /** The limits of the run stage. CPU time, unless asked, is the wall time on every core. */
    StageLimits forRun(Limits asked) {
        Duration wall = least(asked.wallTimeMs(), defaults.wall(), ceilings.wall());
        return new StageLimits(wall, least(asked.cpuTimeMs(), wall.multipliedBy(CORES), ceilings.cpu()),
                least(asked.memoryBytes(), defaults.memoryBytes(), ceilings.memoryBytes()),
                least(asked.outputBytes(), defaults.outputBytes(), ceilings.outputBytes()), ceilings.keptBytes(),
                defaults.diskBytes(), defaults.files(), defaults.processes(), defaults.openFiles());
    }

    /** What several runs may take together. */
    Duration forAll(@Nullable Long askedMs) {
        return least(askedMs, ceilings.wall(), ceilings.wall());
    }

    /** The limits of the compile stage. */
    StageLimits forCompile(Limits asked) {
        return new StageLimits(least(asked.wallTimeMs(), compile.wall(), compile.wall()),
                least(asked.cpuTimeMs(), compile.cpu(), compile.cpu()),
                least(asked.memoryBytes(), compile.memoryBytes(), compile.memoryBytes()), compile.outputBytes(),
                compile.keptBytes(), compile.diskBytes(), compile.files(), compile.processes(), compile.openFiles());
    }

    private static Duration least(@Nullable Long askedMs, Duration absent, Duration ceiling) {
        Duration wanted = askedMs == null ? absent : Duration.ofMillis(askedMs);
        return wanted.compareTo(ceiling) > 0 ? ceiling : wanted;
    }

    private static long least(@Nullable Long asked, long absent, long ceiling) {
        return Math.min(asked == null ? absent : asked, ceiling);
    }
}
