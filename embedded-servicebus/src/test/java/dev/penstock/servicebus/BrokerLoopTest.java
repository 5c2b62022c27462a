package dev.penstock.servicebus;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

class BrokerLoopTest {
    @Test
    void whatComesAfterTheEndIsNotRunAndDoesNotFail() {
        var loop = new BrokerLoop(InstantSource.system());
        var ran = new AtomicBoolean();
        loop.close();

        loop.execute(() -> ran.set(true));

        assertThat(ran).isFalse();
    }
}
