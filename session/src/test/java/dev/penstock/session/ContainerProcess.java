package dev.penstock.session;

import java.io.IOException;

/** Main class of a container in a process of its own: prints its port and runs until its input ends. */
final class ContainerProcess {
    private ContainerProcess() {}

    public static void main(String[] settings) throws InterruptedException, IOException {
        try (var session = TestSession.start(settings)) {
            System.out.println(session.port());
            System.in.readAllBytes();
        }
    }
}
