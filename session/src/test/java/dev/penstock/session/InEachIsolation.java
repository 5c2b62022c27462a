package dev.penstock.session;

import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests that run once in each isolation that the machine has, in a {@link HostileSession}. */
@ParameterizedClass
@ValueSource(strings = {"bubblewrap", "unshare", "own-user"})
@SuppressWarnings("NullAway.Init") // JUnit sets the fields before any test
abstract class InEachIsolation {
    /** Of the machine that the tests run on; for the few calls that no library function makes. */
    static final boolean INTEL = System.getProperty("os.arch").equals("amd64");

    @TempDir
    private static Path parent;
    static HostileSession session;

    @Parameter
    String isolation;

    @BeforeParameterizedClassInvocation
    static void start(String name) throws Exception {
        assumeThat(TestSession.offers(name)).as(name + " needs root or a package that is missing").isTrue();
        session = HostileSession.start(name, parent);
    }

    @AfterParameterizedClassInvocation
    static void stop(String name) throws IOException {
        if (TestSession.offers(name)) {
            session.close();
        }
    }

    /** Whether programs have file systems and a network of their own. */
    boolean hasNamespaces() {
        return !isolation.equals("own-user");
    }
}
