package dev.penstock.servicebus.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

class LogQuotaTest {
    private final Logger log = (Logger) LoggerFactory.getLogger("dev.penstock.servicebus.quota");
    private final ListAppender<ILoggingEvent> written = new ListAppender<>();
    private final AtomicLong nanoTime = new AtomicLong(Long.MAX_VALUE - 1);
    private final LogQuota quota = new LogQuota(nanoTime::get);

    @BeforeEach
    void listen() {
        written.start();
        log.setAdditive(false);
        log.addAppender(written);
    }

    @AfterEach
    void stopListening() {
        log.detachAppender(written);
    }

    private void warn(int times) {
        for (int i = 0; i < times; i++) {
            quota.warning(log).log("rubbish");
        }
    }

    @Test
    void linesBeyondTheQuotaAreLeftOutAndCountedOnTheNextOne() {
        warn(LogQuota.LINES + 7);
        assertThat(written.list).hasSize(LogQuota.LINES).allMatch(line -> line.getKeyValuePairs() == null);

        nanoTime.addAndGet(LogQuota.PERIOD.toNanos());
        warn(2);

        assertThat(written.list).hasSize(LogQuota.LINES + 2);
        assertThat(written.list.get(LogQuota.LINES).getKeyValuePairs()).singleElement()
                .hasToString("leftOut=\"7\"");
        assertThat(written.list.getLast().getKeyValuePairs()).isNull();
    }
}
