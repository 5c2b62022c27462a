package dev.penstock.session;

import static dev.penstock.session.TestSession.code;
import static dev.penstock.session.TestSession.limited;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Main class of the process that {@link OrdinaryUserTest} starts as an ordinary user: prints what it could do. */
final class OrdinaryUserProbe {
    /** Whom these would harm as root, they might harm as an ordinary user, too: some of each kind. */
    private static final List<ObjectNode> HOSTILE = List.of(
            limited("f() { f | f & }; while :; do f; done 2>/dev/null", Map.of("wallTimeMs", 500L)),
            limited("x=1; while :; do x=$x$x; done", Map.of("memoryBytes", 64L << 20, "wallTimeMs", 60_000L)),
            code("kill -9 -1; kill -9 $PPID; kill -9 $$"), code("(setsid sleep 1000 &) ; cat /proc/1/environ"),
            code("for i in {1..64}; do printf %1048576s >big$i || exit 3; done 2>/dev/null"), code("yes"));

    private OrdinaryUserProbe() {}

    private static String friendly(TestSession session) {
        return session.run("bash", code("echo $((6 * 7))")).path("stdout").textValue().strip();
    }

    private static List<String> hostile(TestSession session) {
        var seen = new ArrayList<String>();
        HOSTILE.forEach(program -> seen.add(TestSession.verdict(session.run("bash", program))));
        seen.add(friendly(session));
        return seen;
    }

    public static void main(String[] isolations) throws InterruptedException {
        for (String isolation : isolations) {
            String unsafe = Boolean.toString(isolation.equals("none"));
            String setting = isolation.equals("none") ? "own-user" : isolation;
            try (var session = TestSession.start("PENSTOCK_ISOLATION", setting, "PENSTOCK_UNSAFE", unsafe,
                    "PENSTOCK_RUN_DISK_MIB", "32", "PENSTOCK_SESSION_FOLDER", System.getProperty("java.io.tmpdir"))) {
                String used = TestSession.json(session.get("/runtimes")).path("isolation").textValue();
                System.out.println(isolation + " " + used.substring(0, used.indexOf(':')) + " "
                        + String.join(" ", isolation.equals("none") ? List.of(friendly(session)) : hostile(session)));
            } catch (NoIsolationException refused) {
                System.out.println(isolation + " refused");
            }
        }
    }
}
