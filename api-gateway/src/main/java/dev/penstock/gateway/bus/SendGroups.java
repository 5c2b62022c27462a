package dev.penstock.gateway.bus;

import com.azure.messaging.servicebus.ServiceBusMessage;
import com.azure.messaging.servicebus.ServiceBusSenderAsyncClient;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import reactor.core.publisher.Mono;

/**
 * Sends what has come while earlier sends were under way as one batch: it costs client and broker little more than one
 * message, and the broker's disk one flush. When little is to be sent, each message goes by itself and at once. A batch
 * succeeds or fails as a whole. Thread safe.
 */
final class SendGroups {
    private static final int MOST_MESSAGES = 2_000;
    private static final int MOST_GROUPS_UNDER_WAY = 4;
    private static final int MOST_IN_GROUP = 100;
    /** With what the messages' headers take, a group stays below the 256 KiB of Service Bus Standard. */
    private static final int MOST_BYTES_IN_GROUP = 240 << 10;
    private static final int BYTES_OF_HEADERS = 1 << 10;

    private final ServiceBusSenderAsyncClient client;
    private final Duration timeout;
    private final Context home;
    private final Deque<Waiting> waiting = new ArrayDeque<>();
    private int groupsUnderWay;
    private int messages;

    /**
     * @param timeout
     *            of one batch, and how long a message may wait before it is sent
     * @param home
     *            where futures complete
     */
    SendGroups(ServiceBusSenderAsyncClient client, Duration timeout, Context home) {
        this.client = client;
        this.timeout = timeout;
        this.home = home;
    }

    private record Waiting(ServiceBusMessage message, int bytes, long since, Promise<Void> sent) {
        static Waiting of(ServiceBusMessage message) {
            return new Waiting(message, message.getBody().toBytes().length + BYTES_OF_HEADERS, System.nanoTime(),
                    Promise.promise());
        }

        boolean longerThan(Duration patience) {
            return System.nanoTime() - since > patience.toNanos();
        }
    }

    /** As {@link JobQueue#send}. */
    Future<Void> send(ServiceBusMessage message) {
        Waiting entry = Waiting.of(message);
        synchronized (waiting) {
            if (messages >= MOST_MESSAGES) {
                return Future.failedFuture(new IllegalStateException("too many sends are waiting for the broker"));
            }
            messages++;
            waiting.add(entry);
        }
        sendWhatWaits();
        return entry.sent().future();
    }

    private void sendWhatWaits() {
        for (List<Waiting> group = nextGroup(); !group.isEmpty(); group = nextGroup()) {
            send(group);
        }
    }

    /** Empty when nothing waits, or enough is under way. */
    private List<Waiting> nextGroup() {
        List<Waiting> group = new ArrayList<>();
        synchronized (waiting) {
            int bytes = 0;
            while (groupsUnderWay < MOST_GROUPS_UNDER_WAY && !waiting.isEmpty() && group.size() < MOST_IN_GROUP) {
                bytes += waiting.getFirst().bytes();
                if (!group.isEmpty() && bytes > MOST_BYTES_IN_GROUP) {
                    break;
                }
                group.add(waiting.removeFirst());
            }
            groupsUnderWay += group.isEmpty() ? 0 : 1;
        }
        return group;
    }

    private void send(List<Waiting> group) {
        List<Waiting> late = group.stream().filter(entry -> entry.longerThan(timeout)).toList();
        List<Waiting> rest = group.stream().filter(entry -> !late.contains(entry)).toList();
        fail(late, new IllegalStateException("the broker takes messages too slowly"));
        sending(rest.stream().map(Waiting::message).toList()).timeout(timeout)
                .doFinally(_ -> ended(group.size()))
                .subscribe(_ -> {}, failure -> fail(rest, failure),
                        () -> home.runOnContext(_ -> rest.forEach(entry -> entry.sent().complete())));
    }

    private Mono<Void> sending(List<ServiceBusMessage> group) {
        return switch (group.size()) {
            case 0 -> Mono.empty();
            case 1 -> client.sendMessage(group.getFirst());
            default -> client.sendMessages(group);
        };
    }

    private void fail(List<Waiting> group, Throwable failure) {
        home.runOnContext(_ -> group.forEach(entry -> entry.sent().fail(failure)));
    }

    private void ended(int groupSize) {
        synchronized (waiting) {
            messages -= groupSize;
            groupsUnderWay--;
        }
        sendWhatWaits();
    }
}
