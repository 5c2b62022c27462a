package dev.penstock.session;

import dev.penstock.session.http.LimitPolicy;
import dev.penstock.session.run.MachineMemory;
import dev.penstock.session.run.StageLimits;
import java.time.Duration;

/** From settings to limits that this process and its machine can keep for as many programs as run at a time. */
final class ProgramLimits {
    private static final long MIB = 1 << 20;
    /** Compilers are many threads and read many files. */
    private static final int COMPILER_PROCESSES = 256;
    private static final int COMPILER_FILES = 1024;
    /** What the container needs beside its heap, and in it for everything but answers. */
    private static final long BESIDE_HEAP = 128 * MIB;
    private static final long HEAP_OF_ITS_OWN = 64 * MIB;
    /** What a byte of each stream in an answer takes at the most: read, decoded, escaped, written several times, copied. */
    private static final int HEAP_PER_KEPT_BYTE = 40;
    private static final int LEAST_KEPT = 16 * 1024;
    private static final long LEAST_MEMORY = 16 * MIB;

    private ProgramLimits() {}

    /** Says aloud what it had to lower. */
    static LimitPolicy of(SessionConfig config, long heapBytes, MachineMemory machine, SessionEvents events) {
        SessionConfig.RunSettings run = config.run();
        long maxMemory = memory(config, heapBytes, machine);
        if (maxMemory < run.maxMemoryMib() * MIB) {
            events.memoryLowered(run.maxMemoryMib(), maxMemory / MIB);
        }
        int kept = kept(config, heapBytes);
        if (kept < run.maxOutputMib() * MIB) {
            events.answersLowered(run.maxOutputMib(), kept / 1024);
        }
        int cores = Runtime.getRuntime().availableProcessors();
        var defaults = new StageLimits(run.wallTime(), run.wallTime().multipliedBy(cores), run.memoryMib() * MIB,
                run.outputMib() * MIB, kept, run.diskMib() * MIB, run.files(), run.processes(), run.openFiles());
        Duration maxWall = run.maxWallTime();
        var ceilings = new StageLimits(maxWall, maxWall.multipliedBy(cores), maxMemory, run.maxOutputMib() * MIB, kept,
                run.diskMib() * MIB, run.files(), run.processes(), run.openFiles());
        var compile = new StageLimits(run.compileWallTime(), run.compileWallTime().multipliedBy(cores), maxMemory,
                run.outputMib() * MIB, kept, run.diskMib() * MIB, run.files(),
                Math.max(run.processes(), COMPILER_PROCESSES), Math.max(run.openFiles(), COMPILER_FILES));
        return new LimitPolicy(defaults, ceilings, compile);
    }

    /** As many programs as may run at a time must not run the machine out of memory, which ends anybody. */
    private static long memory(SessionConfig config, long heapBytes, MachineMemory machine) {
        long share = (machine.bytes() - heapBytes - BESIDE_HEAP) / config.concurrency();
        return Math.min(config.run().maxMemoryMib() * MIB, Math.max(LEAST_MEMORY, share / MIB * MIB));
    }

    /** Nor may their answers run this process out of memory. */
    private static int kept(SessionConfig config, long heapBytes) {
        long share = (heapBytes - HEAP_OF_ITS_OWN) / config.concurrency() / HEAP_PER_KEPT_BYTE;
        return (int) Math.min(config.run().maxOutputMib() * MIB, Math.max(LEAST_KEPT, share));
    }
}
