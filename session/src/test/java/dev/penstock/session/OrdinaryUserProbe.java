package dev.penstock.session;

import static dev.penstock.session.TestSession.code;

/** Main class of the process that {@link OrdinaryUserTest} starts as an ordinary user: prints what it could do. */
final class OrdinaryUserProbe {
    private OrdinaryUserProbe() {}

    public static void main(String[] isolations) throws InterruptedException {
        for (String isolation : isolations) {
            String unsafe = Boolean.toString(isolation.equals("none"));
            String setting = isolation.equals("none") ? "own-user" : isolation;
            try (var session = TestSession.start("PENSTOCK_ISOLATION", setting, "PENSTOCK_UNSAFE", unsafe,
                    "PENSTOCK_SESSION_FOLDER", System.getProperty("java.io.tmpdir"))) {
                String used = TestSession.json(session.get("/runtimes")).path("isolation").textValue();
                String output = session.run("bash", code("echo $((6 * 7))")).path("stdout").textValue();
                System.out.println(isolation + " " + used.substring(0, used.indexOf(':')) + " " + output.strip());
            } catch (NoIsolationException refused) {
                System.out.println(isolation + " refused");
            }
        }
    }
}
