package dev.penstock.session.run;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/**
 * The memory that this machine, or the control group that this process is in, gives to all programs together.
 *
 * @param bytes
 *            how much there is
 * @param killCounters
 *            files that count how often the kernel has killed for want of it; the first that can be read tells best
 */
public record MachineMemory(long bytes, List<Path> killCounters) {
    private static final String KILLS = "oom_kill ";

    public MachineMemory {
        killCounters = List.copyOf(killCounters);
    }

    /** Of this machine. */
    public static MachineMemory here() {
        return read(Path.of("/proc"), Path.of("/sys/fs/cgroup"));
    }

    static MachineMemory read(Path proc, Path mounted) {
        long least = number(proc.resolve("meminfo"), "MemTotal:").orElse(Long.MAX_VALUE >> 10) << 10;
        var counters = new ArrayList<Path>();
        for (Path group : groups(lines(proc.resolve("self/cgroup")), mounted)) {
            for (String limit : List.of("memory.max", "memory.limit_in_bytes")) {
                least = Math.min(least, number(group.resolve(limit), "").orElse(Long.MAX_VALUE));
            }
            counters.add(group.resolve("memory.events"));
            counters.add(group.resolve("memory.oom_control"));
        }
        counters.add(proc.resolve("vmstat"));
        return new MachineMemory(least, counters.stream().filter(file -> number(file, KILLS).isPresent()).toList());
    }

    /** The group and those around it, innermost first. In a container, the outer ones may be hidden. */
    private static List<Path> groups(List<String> memberships, Path mounted) {
        var all = new ArrayList<Path>();
        for (String line : memberships) {
            String[] fields = line.split(":", 3);
            boolean unified = fields[1].isEmpty();
            if (unified || fields[1].equals("memory")) {
                Path root = unified ? mounted : mounted.resolve("memory");
                Path group = Path.of("/").relativize(Path.of(fields[2]));
                for (int depth = group.getNameCount(); depth > 0; depth--) {
                    all.add(root.resolve(group.subpath(0, depth)));
                }
                all.add(root);
            }
        }
        return all;
    }

    /** How often the kernel has killed so far. */
    long kills() {
        return killCounters.isEmpty() ? 0 : number(killCounters.getFirst(), KILLS).orElse(0L);
    }

    private static OptionalLong number(Path file, String key) {
        return lines(file).stream()
                .filter(line -> line.startsWith(key))
                .map(line -> line.substring(key.length()).replace("kB", "").strip())
                .filter(value -> value.matches("\\d{1,18}"))
                .mapToLong(Long::parseLong)
                .findFirst();
    }

    private static List<String> lines(Path file) {
        try {
            return Files.readAllLines(file, StandardCharsets.ISO_8859_1);
        } catch (IOException hidden) {
            return List.of();
        }
    }
}
