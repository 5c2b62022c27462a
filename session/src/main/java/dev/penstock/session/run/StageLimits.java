package dev.penstock.session.run;

import dev.penstock.session.sandbox.ResourceLimit;
import dev.penstock.session.sandbox.ResourceLimit.Resource;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What one stage may use; every bound is set.
 *
 * @param cpu
 *            of the whole process tree
 * @param memoryBytes
 *            resident memory of the whole process tree
 * @param outputBytes
 *            of stdout and of stderr, each
 * @param keptBytes
 *            of those, as JSON, what is kept for the answer
 * @param diskBytes
 *            of the work folder and of /tmp, each; also the largest file
 * @param files
 *            that may lie there
 * @param processes
 *            threads included
 */
public record StageLimits(Duration wall, Duration cpu, long memoryBytes, long outputBytes, int keptBytes,
        long diskBytes, int files, int processes, int openFiles) {
    /** These limits with the wall time lowered to what is left. */
    public StageLimits withinWall(Duration left) {
        return left.compareTo(wall) >= 0
                ? this
                : new StageLimits(left, cpu, memoryBytes, outputBytes, keptBytes, diskBytes, files, processes,
                        openFiles);
    }

    /** These limits with less of the output kept, unless so little is kept already; {@code null} changes nothing. */
    public StageLimits keeping(@Nullable Integer bytes) {
        return bytes == null || bytes >= keptBytes
                ? this
                : new StageLimits(wall, cpu, memoryBytes, outputBytes, bytes, diskBytes, files, processes, openFiles);
    }

    /** Those of the limits that the kernel enforces by itself. */
    List<ResourceLimit> resources(boolean countsProcesses) {
        // A second more than allowed: the tree's clock is to strike first, this is for when nobody watches any more.
        long seconds = cpu.toSeconds() + 1;
        var limits = new ArrayList<>(List.of(new ResourceLimit(Resource.CPU, seconds, seconds + 1),
                ResourceLimit.of(Resource.FILE_SIZE, diskBytes), ResourceLimit.of(Resource.CORE, 0),
                ResourceLimit.of(Resource.OPEN_FILES, openFiles)));
        if (countsProcesses) {
            limits.add(ResourceLimit.of(Resource.PROCESSES, processes));
        }
        return limits;
    }
}
