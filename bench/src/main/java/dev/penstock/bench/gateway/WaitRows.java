package dev.penstock.bench.gateway;

import com.azure.core.amqp.AmqpRetryOptions;
import com.azure.messaging.servicebus.ServiceBusMessage;
import com.azure.messaging.servicebus.ServiceBusMessageBatch;
import com.azure.messaging.servicebus.ServiceBusSenderClient;
import dev.penstock.contracts.MessageCodec;
import dev.penstock.contracts.Output;
import dev.penstock.contracts.ProgramResult;
import dev.penstock.contracts.Queues;
import dev.penstock.contracts.Reply;
import dev.penstock.contracts.StageResult;
import dev.penstock.contracts.Status;
import dev.penstock.contracts.Verdict;
import dev.penstock.messaging.BusAddress;
import dev.penstock.messaging.Envelopes;
import dev.penstock.servicebus.EmbeddedServiceBus;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;

/** Clients that wait, a few and many, for a gateway whose memory is bounded; then all results come at once. */
final class WaitRows {
    private static final int[] CLIENTS = {1_000, 10_000};
    private static final String HEAP = "384m";
    /** Files and connections of both processes beside the clients'. */
    private static final int OTHER_DESCRIPTORS = 500;

    void run(Rows rows) throws Exception {
        for (int clients : CLIENTS) {
            if (clients + OTHER_DESCRIPTORS > descriptors()) {
                System.out.println("SKIPPED: " + clients
                        + " clients want as many open files, and this process may have "
                        + descriptors() + "; raise the hard limit (ulimit -Hn " + 2 * clients + ") and run it again");
            } else {
                run(rows, clients);
            }
        }
    }

    private static void run(Rows rows, int clients) throws Exception {
        try (TempFolder folder = TempFolder.create();
                EmbeddedServiceBus broker = GatewayRig.durableBroker(folder.path().resolve("broker"));
                GatewayProcess gateway = new GatewayProcess(HEAP,
                        GatewayRig.settings(broker, folder.path().resolve("jobs.db").toString()));
                WaitingClients waiting = new WaitingClients(gateway.port(), clients)) {
            List<String> jobs = waiting.submit(clients);
            long without = gateway.peakMiB();
            waiting.open(jobs);
            long with = gateway.peakMiB();
            waiting.resultsCome();
            sendResults(broker, jobs);
            Latencies answers = waiting.answers();
            rows.add(clients + " waiting: peak RSS before they came", without, "MiB", "");
            rows.add(clients + " waiting: peak RSS while they wait", with, "MiB", "");
            rows.add(clients + " waiting: peak RSS in the end", gateway.peakMiB(), "MiB", "<= 1024");
            rows.add(clients + " waiting: answered, after results came", answers.count(), "clients", answers, "",
                    "" + clients, "");
            rows.add(clients + " waiting: the last answer after", answers.percentile(100), "ms", "");
        }
    }

    private static void sendResults(EmbeddedServiceBus broker, List<String> jobs) {
        try (ServiceBusSenderClient sender = new BusAddress.ConnectionString(broker.connectionString())
                .newBuilder(new AmqpRetryOptions())
                .sender()
                .queueName(Queues.unprefixed().results())
                .buildClient()) {
            ServiceBusMessageBatch batch = sender.createMessageBatch();
            for (String job : jobs) {
                ServiceBusMessage message = Envelopes.toMessage(MessageCodec.encode("result-" + job, result(job)));
                if (!batch.tryAddMessage(message)) {
                    sender.sendMessages(batch);
                    batch = sender.createMessageBatch();
                    batch.tryAddMessage(message);
                }
            }
            sender.sendMessages(batch);
        }
    }

    static Reply.Finished result(String job) {
        Instant now = Instant.now();
        StageResult run = new StageResult(0, null, Output.of("42\n"), Output.EMPTY, 12L, 10L, 9_000_000L);
        return new Reply.Finished(Reply.VERSION, job, Status.SUCCEEDED,
                new ProgramResult(Verdict.OK, null, null, run), null, 1, 0, now, now);
    }

    /** How many files a process may have open. The JVM raises its soft limit to the hard one by itself. */
    private static long descriptors() throws IOException {
        try (var lines = Files.lines(Path.of("/proc/self/limits"))) {
            return lines.filter(line -> line.startsWith("Max open files"))
                    .map(line -> line.trim().split("\\s{2,}")[2])
                    .mapToLong(hard -> hard.equals("unlimited") ? Long.MAX_VALUE : Long.parseLong(hard))
                    .findFirst()
                    .orElseThrow();
        }
    }
}
