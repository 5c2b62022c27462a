package dev.penstock.local.cli;

import dev.penstock.gateway.store.StoreAddress;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which job store a command works on. */
final class StoreOption {
    /** Where 'penstock up' keeps everything. */
    static final Path HOME = Path.of(System.getProperty("penstock.home", "."), ".penstock");

    @Option(names = "--store", paramLabel = "S", defaultValue = "${env:PENSTOCK_STORE}", description = "The job store: a file, or a postgresql:// URL (default: PENSTOCK_STORE, or that of 'penstock up').")
    private @Nullable String address;

    StoreAddress address() {
        try {
            return StoreAddress.parse(address == null ? HOME.resolve("jobs.db").toString() : address);
        } catch (IllegalArgumentException wrong) {
            throw new CommandFailure(Penstock.EXIT_CONFIGURATION, "the job store " + wrong.getMessage());
        }
    }

    /** Whether it is the one that 'penstock up' uses unless told otherwise. */
    boolean ofPenstockUp() {
        return address == null;
    }
}
