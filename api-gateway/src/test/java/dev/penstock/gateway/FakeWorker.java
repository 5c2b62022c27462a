package dev.penstock.gateway;

import com.azure.core.amqp.AmqpRetryOptions;
import com.azure.messaging.servicebus.ServiceBusMessage;
import com.azure.messaging.servicebus.ServiceBusReceivedMessage;
import com.azure.messaging.servicebus.ServiceBusReceiverClient;
import com.azure.messaging.servicebus.ServiceBusSenderClient;
import com.azure.messaging.servicebus.models.SubQueue;
import dev.penstock.contracts.JobMessage;
import dev.penstock.contracts.LanguageRuntime;
import dev.penstock.contracts.MessageCodec;
import dev.penstock.contracts.Output;
import dev.penstock.contracts.ProgramResult;
import dev.penstock.contracts.Queues;
import dev.penstock.contracts.Reply;
import dev.penstock.contracts.StageResult;
import dev.penstock.contracts.TestResult;
import dev.penstock.contracts.Verdict;
import dev.penstock.messaging.BusAddress;
import dev.penstock.messaging.Envelopes;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/** Takes jobs and answers them as a worker would, by the real SDK, when a test says so. */
public final class FakeWorker implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final Queues queues = Queues.unprefixed();
    private final ServiceBusReceiverClient jobs;
    private final BusAddress bus;
    private final ServiceBusSenderClient jobSender;
    private final ServiceBusSenderClient replies;

    FakeWorker(String connectionString) {
        bus = new BusAddress.ConnectionString(connectionString);
        this.jobs = bus.newBuilder(new AmqpRetryOptions())
                .receiver()
                .queueName(queues.jobs())
                .disableAutoComplete()
                .buildClient();
        this.jobSender = bus.newBuilder(new AmqpRetryOptions()).sender().queueName(queues.jobs()).buildClient();
        this.replies = bus.newBuilder(new AmqpRetryOptions()).sender().queueName(queues.results()).buildClient();
    }

    /** The next message of the jobs queue, still locked. */
    public ServiceBusReceivedMessage receive() {
        return jobs.receiveMessages(1, PATIENCE)
                .stream()
                .findFirst()
                .orElseThrow(() -> new AssertionError("no job came"));
    }

    /** The next job, taken off the queue. */
    public JobMessage take() {
        ServiceBusReceivedMessage message = receive();
        jobs.complete(message);
        return MessageCodec.decodeJob(Envelopes.from(message));
    }

    /** That job, taken off the queue with all that come before it. */
    public JobMessage find(String jobId) {
        JobMessage job = take();
        while (!job.job().id().equals(jobId)) {
            job = take();
        }
        return job;
    }

    public void deadLetter(ServiceBusReceivedMessage message) {
        jobs.deadLetter(message);
    }

    /** The ids of the jobs among the dead letters, in their order. */
    public List<String> deadJobs() {
        try (ServiceBusReceiverClient browser = bus.newBuilder(new AmqpRetryOptions())
                .receiver()
                .queueName(queues.jobs())
                .subQueue(SubQueue.DEAD_LETTER_QUEUE)
                .buildClient()) {
            return browser.peekMessages(100)
                    .stream()
                    .map(message -> MessageCodec.decodeJob(Envelopes.from(message)).job().id())
                    .toList();
        }
    }

    public void sendJob(String body) {
        jobSender.sendMessage(new ServiceBusMessage(body));
    }

    public void say(Reply reply) {
        replies.sendMessage(Envelopes.toMessage(MessageCodec.encode("reply-" + System.nanoTime(), reply)));
    }

    /** Anything at all on the reply queue. */
    public void sayRaw(ServiceBusMessage message) {
        replies.sendMessage(message);
    }

    public void announce(String... languages) {
        say(new Reply.RuntimesAnnounced(Reply.VERSION,
                List.of(languages).stream().map(name -> new LanguageRuntime(name, "1.0", List.of())).toList(),
                Instant.now()));
    }

    /** Another worker says that it holds so many slots; none for no time when it leaves. */
    public void lives(String worker, int slots, Duration believeFor) {
        say(new Reply.WorkerAnnounced(Reply.VERSION, worker, slots, believeFor.toMillis(), Instant.now()));
    }

    /** The program printed that and exited with that code. */
    public static Reply.Finished finished(JobMessage job, int exitCode, String stdout) {
        Instant now = Instant.now();
        Verdict verdict = exitCode == 0 ? Verdict.OK : Verdict.NONZERO_EXIT;
        StageResult run = new StageResult(exitCode, null, Output.of(stdout), Output.EMPTY, 12L, null, null);
        return Reply.Finished.ran(job, new ProgramResult(verdict, null, null, run), now, now);
    }

    /** Every test of the job printed its input and exited with 0. */
    public static Reply.Finished tested(JobMessage job) {
        Instant now = Instant.now();
        List<TestResult> cases = job.job().tests().stream().map(test -> {
            Output stdout = Output.of(test.stdin() + "\n");
            return test.ran(Verdict.OK, null, new StageResult(0, null, stdout, Output.EMPTY, 12L, null, null));
        }).toList();
        return Reply.Finished.ran(job, ProgramResult.tested(null, cases), now, now);
    }

    @Override
    public void close() {
        jobs.close();
        jobSender.close();
        replies.close();
    }
}
