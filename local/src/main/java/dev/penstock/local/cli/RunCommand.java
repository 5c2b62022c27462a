package dev.penstock.local.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.penstock.contracts.Encoding;
import dev.penstock.contracts.Json;
import dev.penstock.contracts.Output;
import dev.penstock.contracts.Sizes;
import dev.penstock.contracts.Status;
import dev.penstock.local.stack.LocalStack;
import dev.penstock.local.stack.StackConfig;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Runs one program and ends as it ended: its stdout on ours, its stderr on ours, its exit code as ours. */
@Command(name = "run", mixinStandardHelpOptions = true, sortOptions = false, header = "Runs a program and prints what it prints.", description = {
        "Without --gateway, a whole Penstock (broker, pool, worker, gateway) starts for this one program"
                + " and is gone afterwards."}, exitCodeListHeading = "%nExit codes:%n", exitCodeList = {
                        "0-255:the program's own", "124:stopped at its time limit",
                        "137:stopped at its memory or output limit", "128+N:ended by signal N", " 64:wrong usage",
                        " 69:the gateway can't be reached",
                        " 70:the platform failed; nothing is said about the program"})
final class RunCommand implements Callable<Integer> {
    /** What a file may measure here; the gateway bounds the whole job. */
    private static final int MAX_FILE_BYTES = Sizes.MAX_JOB_BYTES;

    @Parameters(paramLabel = "FILE", description = "The program.")
    private Path file = Path.of("");

    @Option(names = {"-l",
            "--language"}, paramLabel = "L", description = "Its language; by default told from FILE's name.")
    private @Nullable String language;

    @Option(names = "--stdin", paramLabel = "F", description = "A file for its standard input; '-' for this command's own.")
    private @Nullable Path stdin;

    @Option(names = "--arg", paramLabel = "A", description = "An argument for it; may be given more than once.")
    private List<String> arguments = List.of();

    @Option(names = "--gateway", paramLabel = "URL", description = "A running gateway, such as http://127.0.0.1:8080.")
    private @Nullable URI gateway;

    @Option(names = "--api-key", paramLabel = "KEY", defaultValue = "${env:PENSTOCK_API_KEY}", description = "The key for --gateway (default: PENSTOCK_API_KEY).")
    private @Nullable String apiKey;

    @Option(names = "--unsafe", description = "Run programs without isolation where none can be had (PENSTOCK_UNSAFE).")
    private boolean unsafe;

    @Override
    public Integer call() throws IOException {
        JsonNode job = job();
        if (gateway != null) {
            return run(gateway, apiKey == null ? "" : apiKey, job);
        }
        try (LocalStack stack = LocalStack.start(StackConfig.forOneProgram(unsafe))) {
            return run(stack.gateway(), stack.apiKey(), job);
        }
    }

    private JsonNode job() throws IOException {
        ObjectNode job = Json.MAPPER.createObjectNode().put("language", languageName());
        Output content = Output.of(read(file));
        job.putArray("files")
                .addObject()
                .put("name", file.getFileName().toString())
                .put("content", content.content())
                .put("encoding", content.encoding() == Encoding.UTF_8 ? "utf-8" : "base64");
        if (stdin != null) {
            job.put("stdin", new String(stdin.toString().equals("-") ? readAll(System.in) : read(stdin),
                    StandardCharsets.UTF_8));
        }
        arguments.forEach(job.putArray("args")::add);
        return job;
    }

    private String languageName() {
        if (language != null) {
            return language;
        }
        return Languages.of(file)
                .orElseThrow(() -> new CommandFailure(Penstock.EXIT_USAGE,
                        "can't tell the language of " + file
                                + " from its name; add --language, such as --language python"));
    }

    private static byte[] read(Path path) throws IOException {
        if (!Files.isRegularFile(path) || !Files.isReadable(path)) {
            throw new CommandFailure(Penstock.EXIT_USAGE, path + " is not a file that can be read");
        }
        try (InputStream in = Files.newInputStream(path)) {
            return readAll(in);
        }
    }

    private static byte[] readAll(InputStream in) throws IOException {
        byte[] content = in.readNBytes(MAX_FILE_BYTES + 1);
        if (content.length > MAX_FILE_BYTES) {
            throw new CommandFailure(Penstock.EXIT_USAGE,
                    "more than " + MAX_FILE_BYTES / 1024 + " KiB; a job with its input must stay below that");
        }
        return content;
    }

    private static int run(URI gateway, String apiKey, JsonNode job) {
        try (GatewayClient client = new GatewayClient(gateway, apiKey); StatusLine line = StatusLine.forTerminal()) {
            JsonNode view = client.submit(job);
            String id = view.path("id").asText();
            while (!Json.MAPPER.convertValue(view.path("status"), Status.class).terminal()) {
                line.show(view.path("status").asText());
                view = client.await(id);
            }
            line.clear();
            return ProgramExit.of(view).report(System.out, System.err);
        }
    }
}
