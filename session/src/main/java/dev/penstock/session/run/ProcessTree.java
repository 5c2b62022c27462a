package dev.penstock.session.run;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * What a process and all its descendants use, read from {@code /proc}. Inside a pid namespace, and under a subreaper,
 * nothing can leave the tree: whatever forks twice or starts a session of its own is handed to {@code init.pl}, which is
 * in it. Processes that end while it looks are left out.
 */
final class ProcessTree {
    private static final Path PROC = Path.of("/proc");
    /** Unit of times in {@code /proc/PID/stat}; 100 a second on every Linux. */
    private static final long MILLIS_PER_TICK = 10;

    private final long root;
    private final int depth;

    /**
     * @param depth
     *            how many generations at the top are ours and not counted
     */
    ProcessTree(long root, int depth) {
        this.root = root;
        this.depth = depth;
    }

    /**
     * Use of the program at this moment.
     *
     * @param cpuMs
     *            of all that run now and of all that were waited for
     * @param residentBytes
     *            sum of the processes' resident memory; pages that they share count for each of them
     */
    record Use(long cpuMs, long residentBytes) {}

    Use use() {
        var sum = new Object() {
            long ticks;
            long resident;
        };
        walk(root, 0, process -> {
            if (process.generation >= depth) {
                sum.ticks += process.ticks;
                sum.resident += kibibytes(process.pid, "status", "VmRSS:");
            }
            if (process.generation >= depth - 1) {
                sum.ticks += process.reapedTicks;
            }
        });
        return new Use(sum.ticks * MILLIS_PER_TICK, sum.resident);
    }

    /** The program's resident memory with every shared page counted once; dearer than {@link #use()}. */
    long exactResidentBytes() {
        var sum = new Object() {
            long resident;
        };
        walk(root, 0, process -> {
            if (process.generation >= depth) {
                long exact = kibibytes(process.pid, "smaps_rollup", "Pss:");
                sum.resident += exact > 0 ? exact : kibibytes(process.pid, "status", "VmRSS:");
            }
        });
        return sum.resident;
    }

    /** Kills every process of the tree, our own first, which takes a whole pid namespace along. */
    void kill() {
        var pids = new ArrayList<Long>();
        walk(root, 0, process -> pids.add(process.pid));
        for (long pid : pids) {
            ProcessHandle.of(pid)
                    .filter(process -> !process.equals(ProcessHandle.current()))
                    .ifPresent(ProcessHandle::destroyForcibly);
        }
    }

    /**
     * A process as it was seen.
     *
     * @param ticks
     *            CPU time of its own
     * @param reapedTicks
     *            CPU time of the children that it waited for
     */
    private record Member(long pid, int generation, long ticks, long reapedTicks) {
        static Member parse(long pid, int generation, String stat) {
            // The name, in parentheses, may hold anything, even parentheses.
            String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
            return new Member(pid, generation, Long.parseLong(fields[11]) + Long.parseLong(fields[12]),
                    Long.parseLong(fields[13]) + Long.parseLong(fields[14]));
        }
    }

    private static void walk(long pid, int generation, Consumer<Member> visitor) {
        read(pid, "stat").ifPresent(text -> {
            visitor.accept(Member.parse(pid, generation, text));
            for (long child : children(pid)) {
                walk(child, generation + 1, visitor);
            }
        });
    }

    private static List<Long> children(long pid) {
        var all = new ArrayList<Long>();
        try (DirectoryStream<Path> threads = Files.newDirectoryStream(PROC.resolve(pid + "/task"))) {
            for (Path thread : threads) {
                read(pid, "task/" + thread.getFileName() + "/children").ifPresent(text -> {
                    for (String child : text.split(" ")) {
                        if (!child.isBlank()) {
                            all.add(Long.parseLong(child.strip()));
                        }
                    }
                });
            }
        } catch (IOException ended) {
            return all;
        }
        return all;
    }

    private static long kibibytes(long pid, String file, String key) {
        return read(pid, file).stream()
                .flatMap(String::lines)
                .filter(line -> line.startsWith(key))
                .findFirst()
                .map(line -> Long.parseLong(line.replaceAll("[^0-9]", "")) * 1024)
                .orElse(0L);
    }

    private static Optional<String> read(long pid, String file) {
        try {
            return Optional.of(Files.readString(PROC.resolve(pid + "/" + file), StandardCharsets.ISO_8859_1));
        } catch (IOException ended) {
            return Optional.empty();
        }
    }
}
