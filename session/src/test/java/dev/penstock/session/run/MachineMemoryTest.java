package dev.penstock.session.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MachineMemoryTest {
    @TempDir
    Path root;

    private Path proc;
    private Path groups;

    @BeforeEach
    void machineOfAGibibyte() throws IOException {
        proc = root.resolve("proc");
        groups = root.resolve("groups");
        write("proc/meminfo", "MemTotal:        1048576 kB\nMemFree:  1 kB\n");
        write("proc/vmstat", "pgfault 7\noom_kill 5\n");
    }

    private void write(String name, String content) throws IOException {
        Path file = root.resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, content);
    }

    @Test
    void withoutGroupsItIsTheMachines() {
        var memory = MachineMemory.read(proc, groups);

        assertThat(memory.bytes()).isEqualTo(1L << 30);
        assertThat(memory.kills()).isEqualTo(5);
    }

    @Test
    void theLeastOfAllGroupsAroundCounts() throws IOException {
        write("proc/self/cgroup", "0::/outer/inner\n");
        write("groups/outer/memory.max", "500000000\n");
        write("groups/outer/inner/memory.max", "max\n");
        write("groups/outer/inner/memory.events", "low 0\noom 3\noom_kill 2\noom_group_kill 9\n");

        var memory = MachineMemory.read(proc, groups);

        assertThat(memory.bytes()).isEqualTo(500_000_000);
        assertThat(memory.kills()).isEqualTo(2);
    }

    @Test
    void inAContainerTheGroupLiesAtTheRoot() throws IOException {
        write("proc/self/cgroup", "5:cpu:/docker/abc\n4:memory:/docker/abc\n0::/\n");
        write("groups/memory/memory.limit_in_bytes", "300000000\n");
        write("groups/memory/memory.oom_control", "oom_kill_disable 0\nunder_oom 0\noom_kill 4\n");

        var memory = MachineMemory.read(proc, groups);

        assertThat(memory.bytes()).isEqualTo(300_000_000);
        assertThat(memory.kills()).isEqualTo(4);
    }
}
