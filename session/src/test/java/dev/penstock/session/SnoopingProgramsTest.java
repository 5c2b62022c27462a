package dev.penstock.session;

import static dev.penstock.session.TestSession.code;
import static dev.penstock.session.TestSession.verdict;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.junit.jupiter.api.Test;

/** Programs that reach for what is not theirs: files, processes, privileges, the network. */
class SnoopingProgramsTest extends InEachIsolation {
    @Test
    void killingEverybodyKillsOnlyTheProgram() throws Exception {
        JsonNode answer = session.run("bash", "kill -9 -1; kill -9 1; kill -9 $PPID; kill -9 $$");

        assertThat(verdict(answer)).isEqualTo("signal");
        assertThat(answer.path("signal").textValue()).isEqualTo("SIGKILL");
    }

    @Test
    void openingManyFilesFailsInTheProgramOnly() throws Exception {
        JsonNode answer = session.run("python", """
                held = []
                try:
                    while True: held.append(open('/dev/null'))
                except OSError as e:
                    print(e.strerror)
                """);

        assertThat(answer.path("stdout").textValue()).isEqualTo("Too many open files\n");
    }

    @Test
    void environmentAndFilesOfTheContainerStayHidden() throws Exception {
        JsonNode answer = session.run("bash", "cat /proc/1/environ /proc/$PPID/environ /proc/$PPID/mem; env;"
                + " cat " + session.folder() + "/*/run-*/report; ls " + session.folder() + "/*; ls /proc/$PPID/fd");

        assertThat(answer.path("stdout").textValue()).doesNotContain("surefire", "JAVA", "exit=");
        assertThat(answer.path("stderr").textValue()).contains("Permission denied");
    }

    @Test
    void theFirstProcessCannotBeTraced() throws Exception {
        JsonNode answer = session.run("python", """
                import ctypes, os
                libc = ctypes.CDLL(None, use_errno=True)
                for pid in (1, os.getppid()):
                    print(libc.ptrace(16, pid, None, None), os.strerror(ctypes.get_errno()))
                """);

        assertThat(answer.path("stdout").textValue()).isEqualTo("-1 Operation not permitted\n".repeat(2));
    }

    @Test
    void theNetworkIsOutOfReach() throws Exception {
        JsonNode answer = session.run("python", """
                import socket
                for where in (('127.0.0.1', %d), ('169.254.169.254', 80), ('1.1.1.1', 53)):
                    try:
                        socket.create_connection(where, 2)
                        print('reached', where)
                    except OSError as e:
                        print('no')
                try: print(socket.gethostbyname('example.com'))
                except OSError: print('no')
                """.formatted(session.port()));

        assertThat(answer.path("stdout").textValue()).isEqualTo("no\n".repeat(4));
    }

    @Test
    void privilegesCannotBeHad() throws Exception {
        JsonNode answer = session.run("python", """
                import ctypes, os
                libc = ctypes.CDLL(None, use_errno=True)
                try: os.setuid(0); print('root')
                except OSError as e: print(e.strerror)
                print(libc.mount(b'none', b'/tmp', b'tmpfs', 0, None), libc.sethostname(b'x', 1), libc.chroot(b'/tmp'))
                print([l.split()[1] for l in open('/proc/self/status') if l.startswith(('CapEff', 'NoNewPrivs'))])
                """);

        assertThat(answer.path("stdout").textValue())
                .isEqualTo("%s\n-1 -1 -1\n['0000000000000000', '1']\n".formatted(
                        isolation.equals("own-user") ? "Operation not permitted" : "Invalid argument"));
    }

    @Test
    void stdinThatIsNeverReadAndStdoutClosedEarlyAreNoTrouble() throws Exception {
        ObjectNode body = code("exec 1>&- 2>&-; exit 4").put("stdin", "x".repeat(1 << 20));

        JsonNode answer = session.run("bash", body);

        assertThat(answer.path("exitCode").intValue()).isEqualTo(4);
    }

    @Test
    void theInputCannotBeWrittenTo() throws Exception {
        JsonNode answer = session.run("bash", "chmod 666 /proc/self/fd/0; echo x > /proc/self/fd/0; echo $?");

        assertThat(answer.path("stdout").textValue()).isEqualTo("1\n");
    }

    @Test
    void callsThatLeadOutOfTheSandboxAreRefused() throws Exception {
        JsonNode answer = session.run("python", """
                import ctypes, errno, os
                libc = ctypes.CDLL(None, use_errno=True)
                def call(name, *arguments):
                    ctypes.set_errno(0)
                    result = getattr(libc, name)(*arguments)
                    print(name, 'worked' if result >= 0 else errno.errorcode[ctypes.get_errno()])
                call('unshare', 0x10000000)
                call('setns', 0, 0)
                call('memfd_create', b'hidden', 0)
                call('shmget', 0, 4096, 0o1600)
                call('semget', 0, 1, 0o1600)
                call('msgget', 0, 0o1600)
                call('syscall', 425, 8, ctypes.create_string_buffer(200))
                call('syscall', %d, 0, -3, 1)
                """.formatted(INTEL ? 250 : 219));

        assertThat(answer.path("stdout").textValue().lines()).containsExactly("unshare EPERM", "setns EPERM",
                "memfd_create ENOSYS", "shmget ENOSYS", "semget ENOSYS", "msgget ENOSYS", "syscall ENOSYS",
                "syscall ENOSYS");
    }

    @Test
    void socketsOfOtherFamiliesCannotBeHad() throws Exception {
        JsonNode answer = session.run("python", """
                import socket
                for name in ('AF_PACKET', 'AF_ALG', 'AF_VSOCK', 'AF_BLUETOOTH', 'AF_CAN'):
                    try: socket.socket(getattr(socket, name), socket.SOCK_RAW); print(name)
                    except OSError as e: print(e.strerror)
                a, b = socket.socketpair()
                a.send(b'still'); print(b.recv(9))
                """);

        assertThat(answer.path("stdout").textValue()).isEqualTo("Permission denied\n".repeat(5) + "b'still'\n");
    }

    @Test
    void aSandboxWithinTheSandboxCannotBeMade() throws Exception {
        JsonNode answer = session.run("bash", "unshare -Ur true; unshare -m true; bwrap --ro-bind / / true;"
                + " mount -t tmpfs none /tmp; mount --bind /usr /tmp; chroot / true; nsenter -t 1 -a true;"
                + " mknod null c 1 3; echo done");

        assertThat(answer.path("stdout").textValue()).isEqualTo("done\n");
        assertThat(answer.path("stderr").textValue().lines()).hasSizeGreaterThanOrEqualTo(7);
    }

    @Test
    void programsThatMakeOthersRootDoNot() throws Exception {
        JsonNode answer = session.run("bash", "for tool in /bin/su /usr/bin/newgrp /usr/bin/chsh /bin/mount; do"
                + " [ -u $tool ] && echo id | $tool; done; echo; su -c id; id -u");

        assertThat(answer.path("stdout").textValue()).doesNotContain("uid=0", "\n0\n");
    }

    @Test
    void theRootsOfOthersAndTheKernelsSettingsStayShut() throws Exception {
        JsonNode answer = session.run("bash", """
                cat /proc/1/root/etc/shadow /proc/$PPID/root/etc/shadow /proc/$PPID/cwd/stdin
                echo x > /proc/$PPID/mem
                echo c > /proc/sysrq-trigger
                echo 1 > /proc/sys/kernel/randomize_va_space
                echo /work/x > /proc/sys/kernel/core_pattern
                cat /dev/tty /dev/mem /dev/kmsg /dev/vda /dev/sda
                echo done
                """);

        assertThat(answer.path("stdout").textValue()).isEqualTo("done\n");
    }

    @Test
    void neighboursCanNeitherBeSignalledNorTraced() throws Exception {
        JsonNode answer = session.run("python", """
                import ctypes, os
                libc = ctypes.CDLL(None)
                for pid in filter(str.isdigit, os.listdir('/proc')):
                    if int(pid) == os.getpid(): continue
                    try: os.kill(int(pid), 0); print('could signal', pid)
                    except OSError: pass
                    if libc.ptrace(16, int(pid), None, None) == 0: print('could trace', pid)
                    for name in ('environ', 'mem', 'maps', 'root/etc/shadow'):
                        try:
                            if open(f'/proc/{pid}/{name}', 'rb').read(1): print('could read', pid, name)
                        except OSError: pass
                """);

        assertThat(answer.path("stdout")
                .textValue()
                .lines()
                .filter(line -> !hasNamespaces() || !line.contains(" 1"))).isEmpty();
    }

    @Test
    void prioritiesCannotBeRaised() throws Exception {
        JsonNode answer = session.run("python", """
                import os, resource
                def attempt(what):
                    try: what(); print('could')
                    except (OSError, ValueError): print('no')
                attempt(lambda: os.setpriority(os.PRIO_PROCESS, 0, -5))
                attempt(lambda: os.setpriority(os.PRIO_PROCESS, 0, 0))
                attempt(lambda: os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(10)))
                attempt(lambda: os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(1)))
                for limit in (resource.RLIMIT_NPROC, resource.RLIMIT_NOFILE, resource.RLIMIT_FSIZE, resource.RLIMIT_CPU,
                              resource.RLIMIT_CORE):
                    attempt(lambda: resource.setrlimit(limit, (1 << 30, 1 << 30)))
                """);

        assertThat(answer.path("stdout").textValue()).isEqualTo("no\n".repeat(9));
    }

    @Test
    void theFirstProcessCanBeNeitherLimitedNorSlowed() throws Exception {
        JsonNode answer = session.run("python", """
                import ctypes, os, resource
                libc = ctypes.CDLL(None)
                def attempt(name, what):
                    try:
                        if what() != -1: print('could', name)
                    except OSError: pass
                for pid in (1, os.getppid()):
                    for limit in (resource.RLIMIT_CPU, resource.RLIMIT_FSIZE, resource.RLIMIT_NPROC):
                        attempt('limit', lambda: resource.prlimit(pid, limit, (0, 0)))
                    attempt('schedule', lambda: os.sched_setscheduler(pid, os.SCHED_IDLE, os.sched_param(0)))
                    attempt('bind', lambda: os.sched_setaffinity(pid, {0}))
                    attempt('slow', lambda: os.setpriority(os.PRIO_PROCESS, pid, 19))
                    attempt('slow the disk', lambda: libc.syscall(%d, 1, pid, 3 << 13))
                attempt('slow all', lambda: os.setpriority(os.PRIO_USER, os.getuid(), 19))
                attempt('slow the disk for all', lambda: libc.syscall(%d, 3, os.getuid(), 3 << 13))
                os.sched_setaffinity(0, {0})
                resource.prlimit(os.getpid(), resource.RLIMIT_FSIZE, (0, 0))
                print('own only')
                """.formatted(INTEL ? 251 : 30, INTEL ? 251 : 30));

        assertThat(verdict(answer)).isEqualTo("ok");
        assertThat(answer.path("stdout").textValue()).isEqualTo("own only\n");
    }

    @Test
    void aTerminalCannotBeTypedInto() throws Exception {
        JsonNode answer = session.run("python", """
                import fcntl
                for descriptor in (0, 1, 2):
                    try: fcntl.ioctl(descriptor, 0x5412, b'x'); print('typed')
                    except OSError as e: print(e.strerror)
                """);

        assertThat(answer.path("stdout").textValue()).isEqualTo("Inappropriate ioctl for device\n".repeat(3));
    }

    @Test
    void aCrashLeavesNoCore() throws Exception {
        JsonNode answer = session.run("bash", "(kill -ABRT $BASHPID); ls; kill -ABRT $$");

        assertThat(answer.path("signal").textValue()).isEqualTo("SIGABRT");
        assertThat(answer.path("stdout").textValue()).isEqualTo("main.sh\n");
    }

    @Test
    void variablesOfTheRequestReachTheProgramAndNobodyBefore() throws Exception {
        ObjectNode body = code("echo \"$HOME $PATH $LD_PRELOAD\"");
        body.putObject("env")
                .put("PATH", "/nowhere")
                .put("HOME", "/elsewhere")
                .put("LD_PRELOAD", "/work/main.sh")
                .put("PERL5OPT", "-Mnothing")
                .put("BASH_ENV", "/nonexistent");
        JsonNode answer = session.run("bash", body);

        assertThat(answer.path("stdout").textValue()).isEqualTo("/elsewhere /nowhere /work/main.sh\n");
    }
}
