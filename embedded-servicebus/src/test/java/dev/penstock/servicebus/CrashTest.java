package dev.penstock.servicebus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.azure.core.amqp.AmqpRetryOptions;
import com.azure.messaging.servicebus.ServiceBusClientBuilder;
import com.azure.messaging.servicebus.ServiceBusMessage;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The broker's process is killed under writers and readers that keep ledgers. */
class CrashTest {
    /** {@code -Dpenstock.crash.rounds=100} for a thorough run. */
    private static final int ROUNDS = Integer.getInteger("penstock.crash.rounds", 4);

    private final Set<String> sent = ConcurrentHashMap.newKeySet();
    private final Set<String> attempted = ConcurrentHashMap.newKeySet();
    private final Set<String> completed = ConcurrentHashMap.newKeySet();
    private final Set<String> completing = ConcurrentHashMap.newKeySet();

    private static ServiceBusClientBuilder client(BrokerProcess broker) {
        return new ServiceBusClientBuilder().connectionString(broker.connectionString())
                .retryOptions(new AmqpRetryOptions().setTryTimeout(Duration.ofSeconds(3)).setMaxRetries(0));
    }

    @Test
    void whatWasAcknowledgedSurvivesKillsAtAnyMoment(@TempDir Path data) throws Exception {
        long seed = System.nanoTime();
        System.out.println("CrashTest seed " + seed);
        var random = new Random(seed);
        for (int round = 0; round < ROUNDS; round++) {
            killUnderLoad(data, round, sent.size() + 20 + random.nextInt(300));
        }

        List<String> left = peekAll(data);

        assertThat(left).doesNotHaveDuplicates();
        assertThat(left.stream().filter(completed::contains)).as("acknowledged completes that came back").isEmpty();
        assertThat(left.stream().filter(id -> !attempted.contains(id))).as("never sent").isEmpty();
        assertThat(sent.stream().filter(id -> !left.contains(id) && !completing.contains(id)))
                .as("acknowledged sends that are lost")
                .isEmpty();
        assertThat(completed).isNotEmpty();
        assertThat(data.toFile().list((_, name) -> name.startsWith("snapshot-"))).as("compactions").isNotEmpty();
    }

    private void killUnderLoad(Path data, int round, int killAtSends) throws Exception {
        try (var broker = BrokerProcess.start(data)) {
            var writer = Thread.ofPlatform().start(() -> write(broker, round));
            var reader = Thread.ofPlatform().start(() -> read(broker));
            await().atMost(Duration.ofSeconds(60)).until(() -> sent.size() >= killAtSends || !writer.isAlive());
            broker.kill();
            writer.join();
            reader.join();
        }
    }

    private void write(BrokerProcess broker, int round) {
        try (var sender = client(broker).sender().queueName("jobs").buildClient()) {
            for (int i = 0; i < 100_000; i++) {
                var ids = List.of(round + "-" + i + "-a", round + "-" + i + "-b");
                attempted.addAll(ids);
                sender.sendMessages(ids.stream().map(id -> new ServiceBusMessage("x").setMessageId(id)).toList());
                sent.addAll(ids);
            }
        } catch (RuntimeException _) {
            // The broker was killed; what was under way is in doubt.
        }
    }

    private void read(BrokerProcess broker) {
        try (var receiver = client(broker).receiver()
                .queueName("jobs")
                .disableAutoComplete()
                .maxAutoLockRenewDuration(Duration.ZERO)
                .buildClient()) {
            while (true) {
                for (var message : receiver.receiveMessages(1, Duration.ofSeconds(1))) {
                    completing.add(message.getMessageId());
                    receiver.complete(message);
                    completed.add(message.getMessageId());
                }
            }
        } catch (RuntimeException _) {
            // The broker was killed; what was under way is in doubt.
        }
    }

    /** Looks without taking: a receiver that takes for good may lose what comes when nobody waits for it any more. */
    private static List<String> peekAll(Path data) throws Exception {
        List<String> left = new ArrayList<>();
        try (var broker = BrokerProcess.start(data);
                var receiver = client(broker).receiver().queueName("jobs").buildClient()) {
            long next = 1;
            while (next > 0) {
                long from = next;
                next = 0;
                for (var message : receiver.peekMessages(250, from)) {
                    left.add(message.getMessageId());
                    next = message.getSequenceNumber() + 1;
                }
            }
        }
        return left;
    }
}
