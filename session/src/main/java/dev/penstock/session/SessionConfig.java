package dev.penstock.session;

import dev.penstock.configuration.Settings;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * All that can be set about a session container.
 *
 * @param host
 *            address to listen on
 * @param port
 *            0 takes a free one
 * @param token
 *            that callers must send as a bearer token; empty asks for none
 * @param piston
 *            base URL of the Piston that runs the programs; empty runs them here
 * @param isolation
 *            which sandbox to use
 * @param unsafe
 *            whether to run without isolation where there is none
 * @param folder
 *            where run folders are made
 * @param firstUid
 *            of the users for programs, where this process is root
 * @param concurrency
 *            how many programs run at a time
 * @param line
 *            how many more may wait
 * @param patience
 *            for a request to arrive
 */
public record SessionConfig(String host, int port, Optional<String> token, Optional<URI> piston, Isolation isolation,
        boolean unsafe,
        Path folder, int firstUid, int concurrency, int line, int maxBodyBytes, Duration patience,
        RunSettings run) {
    private static final int MIB = 1 << 20;

    /** Which sandbox to use; in settings in lower case, with a hyphen. */
    public enum Isolation {
        /** The strongest that works here and needs nobody's word: namespaces. */
        AUTO, BUBBLEWRAP, UNSHARE,
        /** Says that the container is a session of a pool, so a user of its own per program will do without namespaces. */
        SESSION,
        /** As {@link #SESSION}, without looking for namespaces. */
        OWN_USER;

        private String setting() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }

    /** Bounds for programs: defaults, and what a request may raise them to. Sizes are in MiB. */
    public record RunSettings(Duration wallTime, Duration maxWallTime, Duration compileWallTime, int memoryMib,
            int maxMemoryMib, int outputMib, int maxOutputMib, int diskMib, int files, int processes, int openFiles) {}

    /**
     * From {@code PENSTOCK_*} variables.
     *
     * @throws dev.penstock.configuration.InvalidConfigurationException
     *             naming everything that is wrong
     */
    public static SessionConfig from(Map<String, String> environment) {
        var settings = new Settings(environment);
        var host = settings.text("PENSTOCK_SESSION_HOST").or("127.0.0.1");
        var port = settings.port("PENSTOCK_SESSION_PORT").or(8088);
        var token = settings.text("PENSTOCK_SESSION_TOKEN").optional();
        var piston = piston(settings);
        var isolation = settings.read("PENSTOCK_ISOLATION", SessionConfig::isolation).or(Isolation.AUTO);
        var unsafe = settings.flag("PENSTOCK_UNSAFE").or(false);
        var folder = settings.read("PENSTOCK_SESSION_FOLDER", Path::of).or(Path.of("/tmp"));
        var firstUid = settings.number("PENSTOCK_RUN_FIRST_UID", 1000, 2_000_000_000).or(210_000);
        var concurrency = settings.number("PENSTOCK_SESSION_CONCURRENCY", 1, 1000)
                .or(Runtime.getRuntime().availableProcessors());
        var line = settings.number("PENSTOCK_SESSION_LINE", 0, 10_000).or(64);
        var maxBody = settings.number("PENSTOCK_SESSION_MAX_BODY_MIB", 1, 64).or(2);
        var patience = settings.duration("PENSTOCK_SESSION_PATIENCE").or(Duration.ofSeconds(30));
        var run = run(settings);
        settings.verify();
        return new SessionConfig(host.get(), port.get(), token.get(), piston.get(), isolation.get(), unsafe.get(),
                folder.get(),
                firstUid.get(), concurrency.get(), line.get(), maxBody.get() * MIB, patience.get(),
                run.get());
    }

    private static Supplier<RunSettings> run(Settings settings) {
        var wall = settings.duration("PENSTOCK_RUN_WALL_TIME").or(Duration.ofSeconds(10));
        var maxWall = settings.duration("PENSTOCK_RUN_MAX_WALL_TIME").or(Duration.ofSeconds(200));
        var compileWall = settings.duration("PENSTOCK_COMPILE_WALL_TIME").or(Duration.ofSeconds(30));
        var memory = settings.number("PENSTOCK_RUN_MEMORY_MIB", 16, 1 << 20).or(512);
        var maxMemory = settings.number("PENSTOCK_RUN_MAX_MEMORY_MIB", 16, 1 << 20).or(2048);
        var output = settings.number("PENSTOCK_RUN_OUTPUT_MIB", 1, 64).or(1);
        var maxOutput = settings.number("PENSTOCK_RUN_MAX_OUTPUT_MIB", 1, 64).or(16);
        var disk = settings.number("PENSTOCK_RUN_DISK_MIB", 1, 1 << 20).or(256);
        var files = settings.number("PENSTOCK_RUN_FILES", 100, 10_000_000).or(20_000);
        var processes = settings.number("PENSTOCK_RUN_PROCESSES", 1, 10_000).or(64);
        var openFiles = settings.number("PENSTOCK_RUN_OPEN_FILES", 16, 100_000).or(256);
        return () -> new RunSettings(wall.get(), maxWall.get(), compileWall.get(), memory.get(), maxMemory.get(),
                output.get(), maxOutput.get(), disk.get(), files.get(), processes.get(), openFiles.get());
    }

    private static Supplier<Optional<URI>> piston(Settings settings) {
        var engine = settings.read("PENSTOCK_ENGINE", text -> {
            if (text.equals("runner") || text.equals("piston")) {
                return text;
            }
            throw new IllegalArgumentException("must be runner or piston");
        }).or("runner");
        var url = settings.url("PENSTOCK_PISTON_URL").optional();
        if (engine.get().equals("piston") && url.get().isEmpty()) {
            settings.problem(
                    "PENSTOCK_PISTON_URL is missing: set it to the Piston's URL, such as http://127.0.0.1:2000");
        }
        return () -> url.get().filter(_ -> engine.get().equals("piston"));
    }

    private static Isolation isolation(String text) {
        return Arrays.stream(Isolation.values())
                .filter(one -> one.setting().equalsIgnoreCase(text))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(
                        "must be auto, bubblewrap, unshare, session or own-user"));
    }

    /** The token stays out of logs. */
    @Override
    public String toString() {
        return "SessionConfig[host=" + host + ", port=" + port + ", token=" + (token.isPresent() ? "***" : "none")
                + ", isolation=" + isolation + ", unsafe=" + unsafe + ", concurrency=" + concurrency + ", line=" + line
                + ", run=" + run + "]";
    }
}
