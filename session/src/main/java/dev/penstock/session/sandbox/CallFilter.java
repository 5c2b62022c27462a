package dev.penstock.session.sandbox;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

/**
 * System calls that programs do without, as a seccomp filter for {@code init.pl}: what leads to privileges, what holds
 * memory that no process is charged for, what outlives the program, what slows or ends the sandbox's first process, and all
 * networks but those that the sandbox closes by itself. A call of another architecture (a 32-bit program) kills the caller, since its numbers mean something else.
 */
final class CallFilter {
    private static final int EPERM = 1;
    private static final int EACCES = 13;
    /** What a kernel without the call says: programs that can do without it then do. */
    private static final int ENOSYS = 38;

    private static final int LOAD = 0x20;
    private static final int IF_EQUAL = 0x15;
    private static final int IF_AT_LEAST = 0x35;
    private static final int IF_ANY_BIT = 0x45;
    private static final int RETURN = 0x06;
    private static final int ALLOW = 0x7fff0000;
    private static final int FAIL = 0x00050000;
    private static final int KILL = 0x80000000;
    /** Where things are in what the kernel shows to a filter. */
    private static final int NUMBER = 0;
    private static final int ARCHITECTURE = 4;
    private static final int FIRST_ARGUMENT = 16;
    private static final int ARGUMENT_BYTES = 8;

    private static final int FIRST_PROCESS = 1;
    private static final int PRIORITY_OF_USER = 2;
    private static final int DISK_PRIORITY_OF_USER = 3;

    private static final int NEW_NAMESPACES = 0x7e020000;
    private static final int X32_CALLS = 0x40000000;
    private static final int AF_UNIX = 1;
    private static final int AF_INET = 2;
    private static final int AF_INET6 = 10;
    private static final int AF_NETLINK = 16;
    /** Not vsock, which no network namespace holds back, nor the kernel's rarer ones. */
    private static final List<Integer> OWN_NETWORK = List.of(AF_UNIX, AF_INET, AF_INET6, AF_NETLINK);
    private static final List<Integer> NO_NETWORK = List.of(AF_UNIX);

    private static final Map<String, Machine> MACHINES = Map.of(
            "amd64", new Machine(0xc000003e, 41, 56, List.of(272, 308, 321, 298, 323),
                    List.of(250, 248, 249, 319, 29, 64, 68, 240), List.of(302, 144, 142, 314, 203), 141, 251),
            "aarch64", new Machine(0xc00000b7, 198, 220, List.of(97, 268, 280, 241, 282),
                    List.of(219, 217, 218, 279, 194, 190, 186, 180), List.of(261, 119, 118, 274, 122), 140, 30));
    /** The same on all machines: clone3, whose flags no filter can see, io_uring_setup, memfd_secret. */
    private static final List<Integer> ABSENT_EVERYWHERE = List.of(435, 425, 447);

    /**
     * Numbers of calls.
     *
     * @param forbidden
     *            unshare, setns, bpf, perf_event_open, userfaultfd
     * @param absent
     *            keyctl, add_key, request_key, memfd_create, shmget, semget, msgget, mq_open
     * @param ofProcess
     *            prlimit64, sched_setscheduler, sched_setparam, sched_setattr, sched_setaffinity
     * @param priorityCall
     *            setpriority
     * @param diskPriorityCall
     *            ioprio_set
     */
    private record Machine(int architecture, int socketCall, int cloneCall, List<Integer> forbidden,
            List<Integer> absent, List<Integer> ofProcess, int priorityCall, int diskPriorityCall) {}

    private final ByteBuffer code = ByteBuffer.allocate(4096).order(ByteOrder.LITTLE_ENDIAN);

    private CallFilter() {}

    /** For programs in a network namespace of their own. */
    static String inNamespaces() {
        return of(OWN_NETWORK);
    }

    /** For programs that share the network with others: they get none. */
    static String withoutNetwork() {
        return of(NO_NETWORK);
    }

    private static String of(List<Integer> families) {
        String name = System.getProperty("os.arch");
        Machine machine = MACHINES.get(name);
        if (machine == null) {
            throw new IllegalStateException("programs can be run on x86_64 and aarch64 only, not on " + name);
        }
        var filter = new CallFilter();
        filter.write(machine, families);
        return HexFormat.of().formatHex(filter.code.array(), 0, filter.code.position());
    }

    private void write(Machine machine, List<Integer> families) {
        add(LOAD, 0, 0, ARCHITECTURE);
        add(IF_EQUAL, 1, 0, machine.architecture);
        add(RETURN, 0, 0, KILL);
        add(LOAD, 0, 0, NUMBER);
        add(IF_AT_LEAST, 0, 1, X32_CALLS);
        fail(ENOSYS);
        machine.forbidden.forEach(call -> failIf(call, EPERM));
        machine.absent.forEach(call -> failIf(call, ENOSYS));
        ABSENT_EVERYWHERE.forEach(call -> failIf(call, ENOSYS));
        protectFirstProcess(machine);
        add(IF_EQUAL, 0, 4, machine.cloneCall);
        add(LOAD, 0, 0, FIRST_ARGUMENT);
        add(IF_ANY_BIT, 0, 1, NEW_NAMESPACES);
        fail(EPERM);
        add(RETURN, 0, 0, ALLOW);
        add(IF_EQUAL, 0, 2 + 2 * families.size(), machine.socketCall);
        add(LOAD, 0, 0, FIRST_ARGUMENT);
        for (int family : families) {
            add(IF_EQUAL, 0, 1, family);
            add(RETURN, 0, 0, ALLOW);
        }
        fail(EACCES);
        add(RETURN, 0, 0, ALLOW);
    }

    /** In namespaces it has the program's uid: it would end at limits that the program set for it, or fall asleep. */
    private void protectFirstProcess(Machine machine) {
        machine.ofProcess.forEach(call -> failIf(call, 0, FIRST_PROCESS));
        failIf(machine.priorityCall, 1, FIRST_PROCESS);
        failIf(machine.priorityCall, 0, PRIORITY_OF_USER);
        failIf(machine.diskPriorityCall, 1, FIRST_PROCESS);
        failIf(machine.diskPriorityCall, 0, DISK_PRIORITY_OF_USER);
    }

    private void failIf(int call, int argument, int value) {
        add(IF_EQUAL, 0, 3, call);
        add(LOAD, 0, 0, FIRST_ARGUMENT + ARGUMENT_BYTES * argument);
        add(IF_EQUAL, 0, 1, value);
        fail(EPERM);
        add(LOAD, 0, 0, NUMBER);
    }

    private void failIf(int call, int error) {
        add(IF_EQUAL, 0, 1, call);
        fail(error);
    }

    private void fail(int error) {
        add(RETURN, 0, 0, FAIL | error);
    }

    /** One instruction; the jumps say how many to skip. */
    private void add(int operation, int ifSo, int ifNot, int operand) {
        code.putShort((short) operation).put((byte) ifSo).put((byte) ifNot).putInt(operand);
    }
}
