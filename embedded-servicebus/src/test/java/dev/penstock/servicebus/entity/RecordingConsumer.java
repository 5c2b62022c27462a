package dev.penstock.servicebus.entity;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** A consumer that takes as many messages as it has credit for and writes everything down. */
final class RecordingConsumer implements SessionConsumer {
    final List<Delivery> deliveries = new ArrayList<>();
    final List<String> sessionEvents = new ArrayList<>();
    private final ReceiveMode mode;
    int credit;
    @Nullable
    String sessionId;

    RecordingConsumer(int credit) {
        this(ReceiveMode.PEEK_LOCK, credit);
    }

    RecordingConsumer(ReceiveMode mode, int credit) {
        this.mode = mode;
        this.credit = credit;
    }

    @Override
    public ReceiveMode mode() {
        return mode;
    }

    @Override
    public boolean ready() {
        return credit > 0;
    }

    @Override
    public void deliver(Delivery delivery) {
        credit--;
        deliveries.add(delivery);
    }

    @Override
    public @Nullable String sessionId() {
        return sessionId;
    }

    @Override
    public void granted(String session, long lockedUntil) {
        sessionId = session;
        sessionEvents.add("granted " + session);
    }

    @Override
    public void timedOut() {
        sessionEvents.add("timed out");
    }

    @Override
    public void sessionLost() {
        sessionEvents.add("lost " + sessionId);
        sessionId = null;
    }

    List<String> bodies() {
        return deliveries.stream()
                .map(delivery -> new String(delivery.message().message().encoded(), StandardCharsets.UTF_8))
                .toList();
    }

    Delivery last() {
        return deliveries.getLast();
    }

    UUID lastToken() {
        return Objects.requireNonNull(last().lockToken());
    }
}
