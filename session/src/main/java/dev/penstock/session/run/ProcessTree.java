package dev.penstock.session.run;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * What a process and all its descendants use, read from {@code /proc}. Inside a pid namespace, and under a subreaper,
 * nothing can leave the tree: whatever forks twice or starts a session of its own is handed to {@code init.pl}, which is
 * in it. Processes that end while it looks are left out. The program begins a login session of its own: what is in ours,
 * though further down, is at work for {@code init.pl}.
 */
final class ProcessTree {
    private static final Path PROC = Path.of("/proc");
    /** Unit of times in {@code /proc/PID/stat}; 100 a second on every Linux. */
    private static final long MILLIS_PER_TICK = 10;
    private static final String TABLES = "\nVmPTE:";
    private static final String SHARED = " /dev/zero (deleted)";

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
     *            sum of the processes' resident memory and page tables; pages that they share count for each of them
     */
    record Use(long cpuMs, long residentBytes) {}

    Use use() {
        long ours = session();
        var sum = new Object() {
            long ticks;
            long resident;
        };
        walk(root, 0, process -> {
            boolean counts = process.generation >= depth && process.session != ours;
            if (counts) {
                sum.ticks += process.ticks;
                sum.resident += residentBytes(process.pid);
            }
            // The first process waits for whatever the program leaves behind.
            if (counts || process.generation == depth - 1) {
                sum.ticks += process.reapedTicks;
            }
        });
        return new Use(sum.ticks * MILLIS_PER_TICK, sum.resident);
    }

    private long session() {
        return read(root, "stat").map(text -> Member.parse(root, 0, text).session).orElse(0L);
    }

    /** The program's resident memory with every shared page counted once; dearer than {@link #use()}. */
    long exactResidentBytes() {
        var sum = new Object() {
            long resident;
        };
        walk(root, 0, process -> {
            if (process.generation >= depth) {
                long shares = read(process.pid, "smaps_rollup").map(text -> kibibytes(text, "\nPss:")).orElse(0L);
                sum.resident += shares > 0 ? shares + tableBytes(process.pid) : residentBytes(process.pid);
            }
        });
        return sum.resident;
    }

    /**
     * Shared memory that the program has a name for only by its mappings, such as what it shares with its children: all
     * that it has asked for, since pages of it may be in memory without being in any process.
     */
    long sharedBytes() {
        Map<String, Long> sizes = new HashMap<>();
        walk(root, 0, process -> {
            if (process.generation >= depth) {
                read(process.pid, "maps").ifPresent(text -> addShared(text, sizes));
            }
        });
        return sizes.values().stream().mapToLong(Long::longValue).sum();
    }

    private static void addShared(String maps, Map<String, Long> sizes) {
        maps.lines().filter(line -> line.endsWith(SHARED)).forEach(line -> {
            String[] fields = line.split(" +", 6);
            int dash = fields[0].indexOf('-');
            long size = Long.parseLong(fields[0].substring(dash + 1), 16)
                    - Long.parseLong(fields[0].substring(0, dash), 16);
            sizes.merge(fields[4], size, Long::max);
        });
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
     * @param session
     *            the login session that it is in
     * @param ticks
     *            CPU time of its own
     * @param reapedTicks
     *            CPU time of the children that it waited for
     */
    private record Member(long pid, int generation, long session, long ticks, long reapedTicks, int threads) {
        static Member parse(long pid, int generation, String stat) {
            // The name, in parentheses, may hold anything, even parentheses.
            String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
            return new Member(pid, generation, Long.parseLong(fields[3]),
                    Long.parseLong(fields[11]) + Long.parseLong(fields[12]),
                    Long.parseLong(fields[13]) + Long.parseLong(fields[14]), Integer.parseInt(fields[17]));
        }
    }

    private static void walk(long pid, int generation, Consumer<Member> visitor) {
        read(pid, "stat").ifPresent(text -> {
            Member member = Member.parse(pid, generation, text);
            visitor.accept(member);
            for (long child : children(member)) {
                walk(child, generation + 1, visitor);
            }
        });
    }

    /** Each thread has children of its own. */
    private static List<Long> children(Member parent) {
        if (parent.threads == 1) {
            return children(parent.pid, Long.toString(parent.pid));
        }
        var all = new ArrayList<Long>();
        try (DirectoryStream<Path> threads = Files.newDirectoryStream(PROC.resolve(parent.pid + "/task"))) {
            for (Path thread : threads) {
                all.addAll(children(parent.pid, thread.getFileName().toString()));
            }
        } catch (IOException ended) {
            return all;
        }
        return all;
    }

    private static List<Long> children(long pid, String thread) {
        return read(pid, "task/" + thread + "/children")
                .map(text -> text.isBlank()
                        ? List.<Long>of()
                        : Arrays.stream(text.strip().split(" ")).map(Long::valueOf).toList())
                .orElse(List.of());
    }

    private static long tableBytes(long pid) {
        return read(pid, "status").map(status -> kibibytes(status, TABLES)).orElse(0L);
    }

    /** Page tables count too: a program can fill memory with them alone, by reading pages that it never writes. */
    private static long residentBytes(long pid) {
        return read(pid, "status").map(status -> kibibytes(status, "\nVmRSS:") + kibibytes(status, TABLES))
                .orElse(0L);
    }

    private static long kibibytes(String text, String key) {
        int at = text.indexOf(key);
        if (at < 0) {
            return 0;
        }
        int end = text.indexOf(" kB", at);
        return Long.parseLong(text.substring(at + key.length(), end).strip()) * 1024;
    }

    private static Optional<String> read(long pid, String file) {
        try {
            return Optional.of(Files.readString(PROC.resolve(pid + "/" + file), StandardCharsets.ISO_8859_1));
        } catch (IOException ended) {
            return Optional.empty();
        }
    }
}
