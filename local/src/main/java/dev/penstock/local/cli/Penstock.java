package dev.penstock.local.cli;

import dev.penstock.configuration.InvalidConfigurationException;
import java.io.PrintWriter;
import java.util.Objects;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The command line's root: what {@code ./penstock --help} shows. */
@Command(name = "penstock", mixinStandardHelpOptions = true, version = "penstock 0.1.0", sortOptions = false, synopsisSubcommandLabel = "COMMAND", commandListHeading = "%nCommands:%n", header = "Runs programs: through Azure Service Bus in a session pool, or all on this machine.", footer = {
        "", "Try:  penstock run examples/hello.py",
        "Each part reads PENSTOCK_* environment variables; 'penstock COMMAND --help' lists its own.",
        "Logs go to stderr; PENSTOCK_LOG_LEVEL sets how much (ERROR, WARN, INFO, DEBUG)."}, subcommands = {
                RunCommand.class, UpCommand.class, GatewayCommand.class, WorkerCommand.class,
                SessionCommand.class, PoolCommand.class, ServiceBusCommand.class, KeysCommand.class,
                TenantsCommand.class, InitComposeCommand.class, EmulatorConfigCommand.class})
public final class Penstock {
    /** Process exit codes beside a program's own, after sysexits.h. */
    static final int EXIT_USAGE = 64;
    static final int EXIT_UNAVAILABLE = 69;
    static final int EXIT_PLATFORM = 70;
    /** A worker's drain ran out of time, or was hurried: running jobs were sent back to the queue. */
    static final int EXIT_CUT_SHORT = 75;
    static final int EXIT_CONFIGURATION = 78;

    private Penstock() {}

    public static void main(String[] arguments) {
        System.exit(commandLine().execute(arguments));
    }

    static CommandLine commandLine() {
        CommandLine penstock = new CommandLine(new Penstock()).setExecutionExceptionHandler(Penstock::explain)
                .setParameterExceptionHandler(Penstock::explainUsage)
                .setExecutionStrategy(Penstock::execute)
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setUsageHelpWidth(110);
        separateUsage(penstock);
        SettingsHelp.addTo(penstock);
        return penstock;
    }

    private static void separateUsage(CommandLine command) {
        command.getCommandSpec().usageMessage().synopsisHeading("%nUsage: ");
        command.getSubcommands().values().forEach(Penstock::separateUsage);
    }

    private static int execute(CommandLine.ParseResult parsed) {
        boolean ownsStderr = parsed.hasSubcommand()
                && parsed.subcommand().commandSpec().userObject() instanceof RunCommand;
        if (ownsStderr) {
            Logs.quiet();
        } else {
            Logs.normal();
        }
        return new CommandLine.RunLast().execute(parsed);
    }

    /** What a person can mend is told in a sentence. */
    private static int explain(Exception failure, CommandLine command, CommandLine.ParseResult ignored) {
        PrintWriter err = command.getErr();
        String name = command.getCommandSpec().qualifiedName();
        return switch (failure) {
            case InvalidConfigurationException wrong -> {
                err.println(name + ": " + (wrong.problems().size() == 1
                        ? "a setting is wrong"
                        : wrong.problems().size() + " settings are wrong") + ":");
                wrong.problems().forEach(problem -> err.println("  " + problem));
                yield EXIT_CONFIGURATION;
            }
            case CommandFailure told -> {
                err.println(name + ": " + told.getMessage());
                yield told.exitCode();
            }
            default -> {
                err.println(name + ": " + sentence(failure));
                if ("DEBUG".equalsIgnoreCase(System.getenv("PENSTOCK_LOG_LEVEL"))) {
                    failure.printStackTrace(err);
                } else {
                    err.println("PENSTOCK_LOG_LEVEL=DEBUG shows where it happened.");
                }
                yield EXIT_PLATFORM;
            }
        };
    }

    /** The message of the first exception that has one of its own, rather than its cause's. */
    private static String sentence(Throwable failure) {
        Throwable cause = failure.getCause();
        if (cause != null && cause.toString().equals(failure.getMessage())) {
            return sentence(cause);
        }
        return Objects.requireNonNullElse(failure.getMessage(), failure.toString());
    }

    private static int explainUsage(CommandLine.ParameterException wrong, String[] arguments) {
        CommandLine command = wrong.getCommandLine();
        PrintWriter err = command.getErr();
        if (arguments.length == 0) {
            command.usage(err);
            return EXIT_USAGE;
        }
        err.println(command.getCommandSpec().qualifiedName() + ": " + wrong.getMessage());
        if (!CommandLine.UnmatchedArgumentException.printSuggestions(wrong, err)) {
            err.println("'" + command.getCommandSpec().qualifiedName() + " --help' shows what it takes.");
        }
        return EXIT_USAGE;
    }
}
