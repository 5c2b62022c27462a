package dev.penstock.worker.slot;

import com.azure.core.amqp.AmqpRetryOptions;
import com.azure.core.amqp.exception.AmqpException;
import com.azure.core.util.BinaryData;
import com.azure.messaging.servicebus.ServiceBusClientBuilder;
import com.azure.messaging.servicebus.ServiceBusException;
import com.azure.messaging.servicebus.ServiceBusFailureReason;
import com.azure.messaging.servicebus.ServiceBusMessage;
import com.azure.messaging.servicebus.ServiceBusReceivedMessage;
import com.azure.messaging.servicebus.ServiceBusReceiverClient;
import com.azure.messaging.servicebus.ServiceBusSenderClient;
import com.azure.messaging.servicebus.ServiceBusSessionReceiverClient;
import dev.penstock.messaging.BusAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.TimeoutException;

/**
 * The ledger on Service Bus: slot <i>i</i> is the session {@code slot-i} of a queue, kept in being by one message that
 * nobody receives; the session's lock is the lease, its state the record.
 *
 * <p>
 * Accepting is never cancelled or interrupted: the SDK would leave a waiting link behind that swallows the next free
 * slot for a whole lock. It therefore runs on threads that only ever end by themselves; {@link #close} ends the waiting
 * ones together with every lease. One connection of its own, at most 200 leases: Azure kills an AMQP session at 255
 * links.
 */
public final class SlotQueue implements LeaseSource, AutoCloseable {
    private static final AmqpRetryOptions RETRY = new AmqpRetryOptions().setTryTimeout(Duration.ofSeconds(6))
            .setMaxRetries(1);
    private static final String PREFIX = "slot-";
    private static final int PAGE = 250;
    private static final Duration RETIRE_WAIT = Duration.ofSeconds(2);

    private final ServiceBusSessionReceiverClient sessions;
    private final ServiceBusReceiverClient browser;
    private final ServiceBusSenderClient sender;

    /**
     * Connects on first use.
     *
     * @param seeding
     *            another connection than the leases': browsing must not be able to break them
     */
    public SlotQueue(BusAddress bus, ServiceBusClientBuilder seeding, String queue) {
        ServiceBusClientBuilder builder = bus.newBuilder(RETRY);
        this.sessions = builder.sessionReceiver()
                .queueName(queue)
                .disableAutoComplete()
                .prefetchCount(0)
                .maxAutoLockRenewDuration(Duration.ZERO)
                .buildClient();
        this.browser = seeding.receiver().queueName(queue).disableAutoComplete().buildClient();
        this.sender = seeding.sender().queueName(queue).buildClient();
    }

    @Override
    public Optional<Lease> accept() {
        try {
            ServiceBusReceiverClient receiver = sessions.acceptNextSession();
            Optional<Integer> slot = number(receiver.getSessionId());
            if (slot.isEmpty()) {
                receiver.close();
                throw new IllegalStateException("the slots queue holds a session that is no slot; remove it");
            }
            dropSurplus(receiver);
            return Optional.of(new SessionLease(slot.get(), receiver));
        } catch (IllegalStateException none) {
            if (none.getCause() instanceof TimeoutException) {
                return Optional.empty();
            }
            throw none;
        } catch (AmqpException | ServiceBusException failed) {
            if (saysNothing(failed)) {
                return Optional.empty();
            }
            throw new IllegalStateException("no slot could be accepted", failed);
        }
    }

    /** Service Bus may end a wait for a session without a condition. That is no failure but "none free", too. */
    private static boolean saysNothing(RuntimeException failed) {
        return failed instanceof AmqpException ended && ended.isTransient() && ended.getErrorCondition() == null;
    }

    @Override
    public void seed(int slots) {
        try {
            Set<Integer> present = present();
            for (int slot = 0; slot < slots; slot++) {
                if (!present.contains(slot)) {
                    ServiceBusMessage message = new ServiceBusMessage(BinaryData.fromString("{}"));
                    message.setMessageId(PREFIX + slot + "/" + UUID.randomUUID());
                    message.setSessionId(PREFIX + slot);
                    sender.sendMessage(message);
                }
            }
        } catch (AmqpException | ServiceBusException failed) {
            throw new IllegalStateException("the slots could not be seeded", failed);
        }
    }

    @Override
    public boolean tellsOwners() {
        return true;
    }

    /** Ends all leases and waiting accepts at once. */
    @Override
    public void close() {
        sessions.close();
        browser.close();
        sender.close();
    }

    /**
     * Workers that seed at the same time leave a slot several messages. Only those too many are received, so that the one
     * that stays never counts a delivery.
     */
    private static void dropSurplus(ServiceBusReceiverClient receiver) {
        int surplus = (int) receiver.peekMessages(PAGE).stream().count() - 1;
        if (surplus > 0) {
            receiver.receiveMessages(surplus, RETIRE_WAIT).forEach(receiver::complete);
        }
    }

    private Set<Integer> present() {
        Set<Integer> present = new TreeSet<>();
        long from = 0;
        while (true) {
            List<ServiceBusReceivedMessage> page = browser.peekMessages(PAGE, from).stream().toList();
            page.forEach(message -> number(message.getSessionId()).ifPresent(present::add));
            if (page.isEmpty()) {
                return present;
            }
            from = page.getLast().getSequenceNumber() + 1;
        }
    }

    private static Optional<Integer> number(String session) {
        return session != null && session.matches(PREFIX + "\\d{1,6}")
                ? Optional.of(Integer.parseInt(session.substring(PREFIX.length())))
                : Optional.empty();
    }

    private record SessionLease(int slot, ServiceBusReceiverClient receiver) implements Lease {
        @Override
        public Optional<SlotRecord> read() {
            try {
                return SlotRecord.from(receiver.getSessionState());
            } catch (RuntimeException failed) {
                throw translated(failed);
            }
        }

        @Override
        public void write(Optional<SlotRecord> record) {
            try {
                receiver.setSessionState(record.map(SlotRecord::toBytes).orElse(null));
            } catch (RuntimeException failed) {
                throw translated(failed);
            }
        }

        @Override
        public void renew() {
            try {
                receiver.renewSessionLock();
            } catch (RuntimeException failed) {
                throw translated(failed);
            }
        }

        @Override
        public void retire() {
            try {
                receiver.setSessionState(null);
                receiver.receiveMessages(PAGE, RETIRE_WAIT).forEach(receiver::complete);
            } catch (RuntimeException failed) {
                throw translated(failed);
            }
        }

        @Override
        public void close() {
            try {
                receiver.close();
            } catch (RuntimeException failed) {
                // The lock ends by itself.
            }
        }

        /** What will not pass means that the link is gone, and the lease with it: the SDK never re-attaches it. */
        private static RuntimeException translated(RuntimeException failed) {
            boolean lost = failed instanceof ServiceBusException known
                    && (ServiceBusFailureReason.SESSION_LOCK_LOST.equals(known.getReason()) || !known.isTransient());
            return lost
                    ? new LeaseLostException("the slot's lock is lost")
                    : new IllegalStateException("the ledger can't be reached", failed);
        }
    }
}
