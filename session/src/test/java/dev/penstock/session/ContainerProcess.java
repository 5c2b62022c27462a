package dev.penstock.session;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** A container in a process of its own. */
record ContainerProcess(Process process, URI base, HttpClient client) implements AutoCloseable {
    private static final Duration DEADLINE = Duration.ofMinutes(2);

    /** Prints its port and runs until its input ends. */
    public static void main(String[] settings) throws InterruptedException, IOException {
        try (var session = TestSession.start(settings)) {
            System.out.println(session.port());
            System.in.readAllBytes();
        }
    }

    /**
     * Starts one and waits until it is ready.
     *
     * @param before
     *            words before {@code java}: whatever is to start it
     * @param flags
     *            of the JVM
     * @param settings
     *            names and values in turn
     */
    static ContainerProcess start(List<String> before, List<String> flags, String... settings) throws IOException {
        var command = new ArrayList<String>(before);
        command.add(System.getProperty("java.home") + "/bin/java");
        command.addAll(flags);
        command.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-cp",
                System.getProperty("java.class.path"), ContainerProcess.class.getName()));
        command.addAll(List.of(settings));
        Process process = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
        // Its log goes to the same stream.
        BufferedReader output = process.inputReader();
        String line = Objects.requireNonNull(output.readLine());
        while (!line.matches("\\d+")) {
            line = Objects.requireNonNull(output.readLine());
        }
        return new ContainerProcess(process, URI.create("http://127.0.0.1:" + line), HttpClient.newHttpClient());
    }

    HttpRequest execute(String language, ObjectNode body) {
        return HttpRequest.newBuilder(base.resolve("/" + language + "/execute"))
                .timeout(DEADLINE)
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(body.toString()))
                .build();
    }

    /** Runs the body, whatever the answer is. */
    HttpResponse<String> run(String language, ObjectNode body) throws IOException, InterruptedException {
        return client.send(execute(language, body), BodyHandlers.ofString());
    }

    /** Lets it end by itself. */
    @Override
    public void close() throws IOException {
        client.close();
        process.getOutputStream().close();
        process.onExit().join();
    }
}
