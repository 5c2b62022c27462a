package dev.penstock.gateway;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.io.TempDir;

/** Tests that share one gateway, one caller and one worker. */
@TestInstance(Lifecycle.PER_CLASS)
public abstract class GatewayCase {
    protected GatewayFixture fixture;
    protected Caller caller;
    protected FakeWorker worker;

    /** What differs from the defaults. */
    protected Map<String, String> settings() {
        return Map.of();
    }

    @BeforeAll
    void start(@TempDir Path folder) {
        fixture = GatewayFixture.start(folder, settings());
        caller = fixture.caller();
        worker = fixture.worker();
    }

    @AfterAll
    void stop() {
        worker.close();
        fixture.close();
    }
}
