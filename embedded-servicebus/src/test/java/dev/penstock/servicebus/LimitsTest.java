package dev.penstock.servicebus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.azure.core.util.BinaryData;
import com.azure.messaging.servicebus.ServiceBusException;
import com.azure.messaging.servicebus.ServiceBusFailureReason;
import com.azure.messaging.servicebus.ServiceBusMessage;
import com.azure.messaging.servicebus.ServiceBusSenderClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Many sessions, and a disk that is full, seen through the SDK. */
class LimitsTest extends ClientCase {
    @Test
    void tenThousandSessionsAreCarried() {
        var bus = closing(EmbeddedServiceBus.builder().queue("slots", q -> q.requiresSession(true)).start());
        try (var sender = sender(bus, "slots")) {
            for (int start = 0; start < 10_000; start += 500) {
                sender.sendMessages(IntStream.range(start, start + 500)
                        .mapToObj(i -> message("m" + i).setSessionId("slot-" + i))
                        .toList());
            }
        }
        var sessions = sessions(bus, "slots");

        try (var last = sessions.acceptSession("slot-9999"); var next = sessions.acceptNextSession()) {
            last.setSessionState(new byte[]{1});
            last.complete(receiveOne(last));
            assertThat(next.getSessionId()).isEqualTo("slot-0");
            assertThat(receiveOne(next).getBody()).hasToString("m0");
        }
        assertThat(bus.queue("slots").counts().active()).isBetween(9_998L, 9_999L);
    }

    /** A file system of 8 MiB, most of which something else takes until it is told to make room. */
    @Test
    void aFullDiskLosesNothingThatWasAcknowledgedAndIsRecoveredFrom(@TempDir Path folder) throws Exception {
        assumeTrue(run("mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", folder.toString()),
                "only root can mount a small file system");
        try {
            var other = Files.write(folder.resolve("other"), new byte[5 << 20]);
            var data = folder.resolve("data");
            List<String> acknowledged = new ArrayList<>();
            try (var bus = EmbeddedServiceBus.builder().queue("jobs").dataFolder(data).start();
                    var sender = sender(bus, "jobs")) {
                assertThatThrownBy(() -> sendUntilRefused(sender, acknowledged))
                        .isInstanceOfSatisfying(ServiceBusException.class,
                                e -> assertThat(e.getReason()).isEqualTo(ServiceBusFailureReason.QUOTA_EXCEEDED));
                assertThat(acknowledged).isNotEmpty();
            }
            try (var bus = EmbeddedServiceBus.builder().queue("jobs").dataFolder(data).start();
                    var sender = sender(bus, "jobs")) {
                assertThat(idsIn(bus)).containsAll(acknowledged);
                Files.delete(other);
                await().atMost(Duration.ofSeconds(30)).ignoreExceptions().until(() -> {
                    send(sender, acknowledged);
                    return true;
                });
            }
            try (var bus = EmbeddedServiceBus.builder().queue("jobs").dataFolder(data).start()) {
                assertThat(idsIn(bus)).containsAll(acknowledged).doesNotHaveDuplicates();
            }
        } finally {
            run("umount", "-l", folder.toString());
        }
    }

    private static void sendUntilRefused(ServiceBusSenderClient sender, List<String> acknowledged) {
        for (int i = 0; i < 1000; i++) {
            send(sender, acknowledged);
        }
    }

    private static void send(ServiceBusSenderClient sender, List<String> acknowledged) {
        var id = UUID.randomUUID().toString();
        sender.sendMessage(new ServiceBusMessage(BinaryData.fromBytes(new byte[100_000])).setMessageId(id));
        acknowledged.add(id);
    }

    private List<String> idsIn(EmbeddedServiceBus bus) {
        List<String> ids = new ArrayList<>();
        try (var receiver = client(bus, 0).receiver().queueName("jobs").buildClient()) {
            long count = bus.queue("jobs").counts().active();
            for (long next = 1; ids.size() < count;) {
                for (var message : receiver.peekMessages(50, next)) {
                    ids.add(message.getMessageId());
                    next = message.getSequenceNumber() + 1;
                }
            }
        }
        return ids;
    }

    private static boolean run(String... command) throws IOException, InterruptedException {
        var process = new ProcessBuilder(command).redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        return process.waitFor(30, TimeUnit.SECONDS) && process.exitValue() == 0;
    }
}
