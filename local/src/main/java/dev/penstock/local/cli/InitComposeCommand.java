package dev.penstock.local.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Makes docker-compose.yml's secrets, once. */
@Command(name = "init-compose", mixinStandardHelpOptions = true, sortOptions = false, header = "Makes the .env that docker-compose.yml needs: which parts to start, and random secrets.", description = {
        "Without --accept-eula, 'docker compose up' starts Penstock's own broker. With it, Microsoft's Service Bus"
                + " emulator and its SQL Server, under Microsoft's licences:",
        "  https://github.com/Azure/azure-service-bus-emulator-installer/blob/main/EMULATOR_EULA.txt",
        "  https://go.microsoft.com/fwlink/?linkid=857698"})
final class InitComposeCommand implements Callable<Integer> {
    enum Engine {
        RUNNER, PISTON
    }

    @Option(names = "--accept-eula", description = "You have read and accept both licences.")
    private boolean eulaAccepted;

    @Option(names = "--engine", paramLabel = "E", defaultValue = "runner", description = "What runs programs: runner (built in) or piston (a privileged container).")
    private Engine engine = Engine.RUNNER;

    @Option(names = "--folder", paramLabel = "DIR", description = "Where docker-compose.yml is (default: beside the launcher).")
    private Path folder = Path.of(System.getProperty("penstock.home", "."));

    @Override
    public Integer call() throws IOException {
        Path file = folder.toAbsolutePath().normalize().resolve(".env");
        write(file, new ComposeEnvironment(eulaAccepted, engine == Engine.PISTON).text());
        System.err.println("Made " + file + " for " + (eulaAccepted
                ? "Microsoft's Service Bus emulator, whose licence you accepted."
                : "Penstock's own broker; --accept-eula would have chosen Microsoft's emulator.") + """

                        Start:     docker compose up --build --wait
                        Try:       ./penstock run examples/hello.py --gateway http://127.0.0.1:8080 \
                        --api-key "$(sed -n 's/^PENSTOCK_API_KEY=//p' .env)\"""");
        return 0;
    }

    /** An existing file is kept: what is stored was made with its secrets. */
    private static void write(Path file, String text) throws IOException {
        try {
            Files.createFile(file,
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        } catch (FileAlreadyExistsException kept) {
            throw new CommandFailure(Penstock.EXIT_CONFIGURATION, file
                    + " is there already and is kept: what the containers stored was made with its secrets. To start"
                    + " anew, run 'docker compose down --volumes', remove the file and try again.");
        }
        Files.writeString(file, text, StandardCharsets.UTF_8, StandardOpenOption.TRUNCATE_EXISTING);
    }
}
