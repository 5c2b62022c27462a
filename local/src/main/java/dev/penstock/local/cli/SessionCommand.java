package dev.penstock.local.cli;

import dev.penstock.session.SessionConfig;
import dev.penstock.session.SessionContainer;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The container that runs inside a session, alone. */
@Command(name = "session", mixinStandardHelpOptions = true, sortOptions = false, header = "Starts a session container: runs programs that are posted to it.")
final class SessionCommand implements Callable<Integer> {
    @Option(names = "--port", paramLabel = "P", description = "Port to listen on (default: PENSTOCK_SESSION_PORT or 8088; 0: a free one).")
    private @Nullable Integer port;

    @Option(names = "--unsafe", description = "Run programs without isolation where none can be had (PENSTOCK_UNSAFE).")
    private boolean unsafe;

    @Override
    public Integer call() throws InterruptedException {
        SessionContainer session = SessionContainer
                .start(SessionConfig.from(Service.environment(new Service.Overruled("PENSTOCK_SESSION_PORT", port),
                        new Service.Overruled("PENSTOCK_UNSAFE", unsafe ? true : null))));
        Service.runUntilStopped("penstock session: ready on port " + session.port(), () -> {
            session.close();
            return 0;
        });
        return 0;
    }
}
