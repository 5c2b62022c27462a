package dev.penstock.servicebus.entity;

import dev.penstock.servicebus.ManualClock;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A queue under test and what an outsider knows about it: which messages were put in, which are held by whom and until when,
 * which are finished. From that alone follow the rules that are checked with every delivery and after every step.
 */
final class QueueModel {
    enum Kind {
        SEND, SEND_AGAIN, SEND_SHORT_LIVED, SCHEDULE, MORE_CREDIT, COMPLETE, ABANDON, DEFER, DEAD_LETTER, RENEW, RECEIVE_DEFERRED, LEAVE, CLOCK
    }

    /** The two numbers choose among sessions, consumers, held messages, or durations. */
    record Step(Kind kind, int a, int b) {
    }

    private record Held(UUID token, String id, long number, long until, Checking consumer) {
    }

    private static final long LOCK_MILLIS = 10_000;
    private static final int MAX_DELIVERIES = 3;
    private static final int CONSUMERS = 3;

    private final ManualClock clock = new ManualClock();
    private final boolean withSessions;
    private final Namespace namespace = new Namespace(clock, Journal.NONE, (_, _) -> {
    }, new RecoveredQueues());
    private final Queue queue;
    private final List<String> problems = new ArrayList<>();
    private final List<Checking> consumers = new ArrayList<>();
    private final Map<UUID, Held> held = new HashMap<>();
    private final Map<String, Integer> failures = new HashMap<>();
    private final Map<String, Long> deferred = new HashMap<>();
    private final Map<String, Long> expiresAt = new HashMap<>();
    private final Set<String> alive = new HashSet<>();
    private final Set<String> dead = new HashSet<>();
    private int sent;

    QueueModel(boolean withSessions) {
        this.withSessions = withSessions;
        queue = namespace.create("queue", QueueOptions.DEFAULTS.lockDuration(Duration.ofMillis(LOCK_MILLIS))
                .maxDeliveryCount(MAX_DELIVERIES)
                .deadLetteringOnMessageExpiration(true)
                .duplicateDetection(Duration.ofDays(1))
                .requiresSession(withSessions));
        for (int i = 0; i < CONSUMERS; i++) {
            consumers.add(new Checking());
        }
    }

    List<String> problems() {
        return problems;
    }

    void perform(Step step) {
        switch (step.kind()) {
            case SEND -> send(step.a(), Message.FOREVER, 0);
            case SEND_AGAIN -> sendAgain(step.a(), step.b());
            case SEND_SHORT_LIVED -> send(step.a(), 1 + step.b() * 600L, 0);
            case SCHEDULE -> send(step.a(), Message.FOREVER, clock.millis() + 1 + step.b() * 500L);
            case MORE_CREDIT -> moreCredit(consumers.get(step.a() % CONSUMERS), 1 + step.b() % 3);
            case COMPLETE -> settle(step.b(), new Settlement.Complete());
            case ABANDON -> settle(step.b(), new Settlement.Abandon(Map.of()));
            case DEFER -> settle(step.b(), new Settlement.Defer(Map.of()));
            case DEAD_LETTER -> settle(step.b(), new Settlement.DeadLetter("test", null, Map.of()));
            case RENEW -> renew(step.b());
            case RECEIVE_DEFERRED -> receiveDeferred(step.b());
            case LEAVE -> leave(step.a() % CONSUMERS);
            case CLOCK -> {
                clock.advance(Duration.ofMillis(step.b() * 400L));
                queue.tick();
            }
        }
        forgetLost();
        checkCounts();
    }

    private void send(int session, long timeToLive, long scheduledAt) {
        forgetLost();
        var id = "m" + sent++;
        alive.add(id);
        if (timeToLive != Message.FOREVER) {
            expiresAt.put(id, clock.millis() + timeToLive);
        }
        enqueue(id, session, timeToLive, scheduledAt);
    }

    /** All ids are remembered for as long as the test lasts: whatever became of the first, the second changes nothing. */
    private void sendAgain(int session, int choice) {
        if (sent > 0) {
            enqueue("m" + choice % sent, session, Message.FOREVER, 0);
        }
    }

    private void enqueue(String id, int session, long timeToLive, long scheduledAt) {
        queue.enqueue(new Message(id, withSessions ? "s" + session % 4 : null, timeToLive, scheduledAt,
                id.getBytes(StandardCharsets.UTF_8)));
    }

    private void moreCredit(Checking consumer, int credit) {
        consumer.credit += credit;
        if (withSessions && consumer.sessionId() == null && !consumer.waiting) {
            consumer.waiting = true;
            queue.sessions().acceptNext(consumer, clock.millis() + 5_000);
        } else {
            queue.consumerReady(consumer);
        }
    }

    private void settle(int choice, Settlement settlement) {
        forgetLost();
        var chosen = choose(choice);
        if (chosen == null) {
            return;
        }
        held.remove(chosen.token());
        switch (settlement) {
            case Settlement.Complete() -> alive.remove(chosen.id());
            case Settlement.DeadLetter _ -> kill(chosen.id());
            case Settlement.Defer _ -> deferred.put(chosen.id(), chosen.number());
            case Settlement.Abandon _,Settlement.Release _ -> fail(chosen);
        }
        queue.settle(chosen.token(), settlement);
    }

    private @Nullable Held choose(int choice) {
        var tokens = held.values().stream().sorted((a, b) -> a.id().compareTo(b.id())).toList();
        return tokens.isEmpty() ? null : tokens.get(choice % tokens.size());
    }

    private void renew(int choice) {
        forgetLost();
        var chosen = choose(choice);
        if (chosen != null && !withSessions) {
            long until = queue.renewLock(chosen.token());
            held.put(chosen.token(), new Held(chosen.token(), chosen.id(), chosen.number(), until, chosen.consumer()));
        }
    }

    private void receiveDeferred(int choice) {
        forgetLost();
        var ids = deferred.keySet().stream().sorted().toList();
        if (ids.isEmpty() || withSessions) {
            return;
        }
        var id = ids.get(choice % ids.size());
        long number = Objects.requireNonNull(deferred.get(id));
        for (var delivery : queue.receiveDeferred(List.of(number), ReceiveMode.PEEK_LOCK, null)) {
            hold(delivery, consumers.getFirst());
        }
    }

    private void leave(int index) {
        var leaving = consumers.get(index);
        forgetLost();
        held.values().removeIf(message -> message.consumer() == leaving && !deferred.containsKey(message.id()));
        consumers.set(index, new Checking());
        queue.consumerGone(leaving, false);
    }

    private void hold(Delivery delivery, Checking consumer) {
        var id = delivery.message().message().messageId();
        var token = Objects.requireNonNull(delivery.lockToken());
        if (!alive.contains(id)) {
            problems.add(id + " was delivered although it is finished");
        }
        if (held.values().stream().anyMatch(other -> other.id().equals(id) && other.until() > clock.millis())) {
            problems.add(id + " was delivered while it was locked");
        }
        if (delivery.message().deliveryCount() != failures.getOrDefault(id, 0)) {
            problems.add(id + " has delivery count " + delivery.message().deliveryCount() + " after "
                    + failures.getOrDefault(id, 0) + " failures");
        }
        held.put(token,
                new Held(token, id, delivery.message().sequenceNumber(), delivery.lockedUntil(), consumer));
    }

    private void fail(Held message) {
        int count = failures.merge(message.id(), 1, Integer::sum);
        if (count == MAX_DELIVERIES) {
            kill(message.id());
        }
    }

    private void kill(String id) {
        alive.remove(id);
        deferred.remove(id);
        dead.add(id);
    }

    /** Locks that have run out by the clock count as failed deliveries. */
    private void forgetLost() {
        for (var message : List.copyOf(held.values())) {
            if (message.until() <= clock.millis()) {
                held.remove(message.token());
                fail(message);
            }
        }
        expire();
    }

    /** Locked messages don't expire before they come back. */
    private void expire() {
        for (var id : List.copyOf(alive)) {
            if (expiresAt.getOrDefault(id, Message.FOREVER) <= clock.millis()
                    && held.values().stream().noneMatch(message -> message.id().equals(id))) {
                kill(id);
            }
        }
    }

    private void checkCounts() {
        var counts = queue.counts();
        long all = counts.active() + counts.locked() + counts.scheduled() + counts.deferred();
        if (all != alive.size() || counts.deadLettered() != dead.size() || counts.locked() != held.size()) {
            problems.add(counts + " but alive " + alive.size() + ", dead " + dead.size() + ", held " + held.size());
        }
    }

    /** In the end everything that is not finished can be received. */
    void drain() {
        var leavers = List.copyOf(consumers);
        consumers.clear();
        for (var leaving : leavers) {
            held.values().removeIf(message -> message.consumer() == leaving && !deferred.containsKey(message.id()));
            queue.consumerGone(leaving, false);
        }
        clock.advance(Duration.ofMinutes(1));
        queue.tick();
        forgetLost();
        checkCounts();
        for (var id : List.copyOf(deferred.keySet())) {
            alive.remove(id);
        }
        Set<String> received = new HashSet<>();
        for (int i = 0; i < 5; i++) {
            var last = new RecordingConsumer(1_000);
            if (withSessions) {
                queue.sessions().acceptNext(last, clock.millis() + 1);
            } else {
                queue.consumerReady(last);
            }
            received.addAll(last.bodies());
        }
        if (!received.equals(alive)) {
            problems.add("left over " + received + " instead of " + alive);
        }
    }

    /** Checks what it gets; one of its session's messages must not overtake another. */
    private final class Checking implements SessionConsumer {
        int credit;
        boolean waiting;
        private @Nullable String session;
        private long lastNumber;

        @Override
        public ReceiveMode mode() {
            return ReceiveMode.PEEK_LOCK;
        }

        @Override
        public boolean ready() {
            return credit > 0;
        }

        @Override
        public void deliver(Delivery delivery) {
            forgetLost();
            credit--;
            var message = delivery.message();
            if (withSessions && !Objects.equals(session, message.message().sessionId())) {
                problems.add(message.message().messageId() + " of another session was delivered");
            }
            if (withSessions && failures.getOrDefault(message.message().messageId(), 0) == 0
                    && message.sequenceNumber() < lastNumber) {
                problems.add(message.message().messageId() + " was overtaken");
            }
            lastNumber = Math.max(lastNumber, message.sequenceNumber());
            hold(delivery, this);
        }

        @Override
        public @Nullable String sessionId() {
            return session;
        }

        @Override
        public void granted(String sessionId, long lockedUntil) {
            session = sessionId;
            waiting = false;
            lastNumber = 0;
            if (consumers.stream().anyMatch(other -> other != this && sessionId.equals(other.session))) {
                problems.add(sessionId + " is held twice");
            }
        }

        @Override
        public void timedOut() {
            waiting = false;
        }

        @Override
        public void sessionLost() {
            session = null;
        }
    }
}
