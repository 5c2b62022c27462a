package dev.penstock.worker;

import com.azure.core.amqp.AmqpRetryOptions;
import com.azure.messaging.servicebus.ServiceBusClientBuilder;
import com.azure.messaging.servicebus.ServiceBusReceivedMessage;
import com.azure.messaging.servicebus.ServiceBusReceiverAsyncClient;
import dev.penstock.worker.events.WorkerEvents;
import dev.penstock.worker.pool.Cut;
import dev.penstock.worker.slot.FreeSlots;
import dev.penstock.worker.slot.Slot;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * Asks the {@code jobs} queue for as many messages as there are slots free, or about to be, and the pool can take, never
 * for more, and starts a job's run for each that comes. When receiving breaks off, a new receiver takes over: the intake ends only
 * when it is told to.
 */
final class Intake {
    private static final AmqpRetryOptions RETRY = new AmqpRetryOptions().setTryTimeout(Duration.ofSeconds(10))
            .setMaxRetries(3);
    private static final Duration FIRST_REOPEN_DELAY = Duration.ofMillis(500);
    private static final Duration MAX_REOPEN_DELAY = Duration.ofSeconds(30);
    /** How long a job waits in hand for a slot whose last session is just being ended. */
    private static final Duration SLOT_PATIENCE = Duration.ofSeconds(1);

    private final WorkerConfig config;
    private final FreeSlots slots;
    private final Admission admission;
    private final InHand inHand;
    private final Executor threads;
    private final WorkerEvents events;
    private final JobStart jobs;
    private final ServiceBusClientBuilder builder;
    /** Jobs in hand that wait for a slot that is about to be free. */
    private int awaiting;
    private boolean asking = true;
    private boolean closed;
    private Duration reopenDelay = FIRST_REOPEN_DELAY;
    private @Nullable Reception reception;

    /** Lives a job's life on the calling thread, a virtual one of its own. */
    interface JobStart {
        void run(Delivery delivery, Cut cut, Optional<Slot> slot);
    }

    Intake(WorkerConfig config, FreeSlots slots, Admission admission, InHand inHand, Executor threads,
            WorkerEvents events, JobStart jobs) {
        this.config = config;
        this.slots = slots;
        this.admission = admission;
        this.inHand = inHand;
        this.threads = threads;
        this.events = events;
        this.jobs = jobs;
        this.builder = config.bus().newBuilder(RETRY);
    }

    /** Begins to receive. Returns at once, whether or not the broker can be reached. */
    void start() {
        slots.onFreed(this::ask);
        open();
    }

    /**
     * Asks for nothing more. What was asked for may still come, and goes back: demand can't be withdrawn but by closing
     * the link, and that would strand a message that is on its way (decision 2).
     */
    synchronized void stopAsking() {
        asking = false;
    }

    /** Closes the link; to be called when no job is in hand. */
    void close() {
        Reception last;
        synchronized (this) {
            closed = true;
            asking = false;
            last = reception;
            reception = null;
        }
        if (last != null) {
            last.dispose();
            last.retire();
        }
    }

    /** Brings the demand up to the free slots; jobs that wait for the broker to take their results hold it down. */
    void ask() {
        Reception open;
        int more;
        synchronized (this) {
            open = reception;
            if (!asking || open == null) {
                return;
            }
            more = open.claim(Math.min(slots.countWithComing() - awaiting, admission.room()));
        }
        if (more > 0) {
            open.request(more);
        }
    }

    private void askAfter(Duration pause) {
        try {
            Thread.sleep(pause.plusMillis(1));
            ask();
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }

    private void open() {
        ServiceBusReceiverAsyncClient receiver = builder.receiver()
                .queueName(config.queues().jobs())
                .disableAutoComplete()
                .maxAutoLockRenewDuration(Duration.ZERO)
                .prefetchCount(0)
                .buildAsyncClient();
        Reception opened = new Reception(new Line(this, receiver), () -> threads.execute(receiver::close));
        synchronized (this) {
            if (closed) {
                threads.execute(receiver::close);
                return;
            }
            reception = opened;
        }
        receiver.receiveMessages().subscribe(opened);
    }

    private void received(Reception from, ServiceBusReceiverAsyncClient receiver, ServiceBusReceivedMessage message) {
        Optional<Slot> free;
        boolean mayWait;
        synchronized (this) {
            from.arrived();
            reopenDelay = FIRST_REOPEN_DELAY;
            boolean welcome = asking && admission.room() > 0;
            free = welcome ? slots.take() : Optional.empty();
            mayWait = welcome && free.isEmpty();
            awaiting += mayWait ? 1 : 0;
        }
        Cut cut = inHand.enter();
        Delivery delivery = new Delivery(message, receiver, config.jobLock(), events);
        threads.execute(delivery.lock()::keep);
        threads.execute(() -> handle(from, delivery, cut, mayWait ? awaitSlot() : free));
    }

    private Optional<Slot> awaitSlot() {
        try {
            return slots.takeComing(SLOT_PATIENCE);
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        } finally {
            synchronized (this) {
                awaiting--;
            }
        }
    }

    private void handle(Reception from, Delivery delivery, Cut cut, Optional<Slot> slot) {
        try {
            jobs.run(delivery, cut, slot);
        } catch (RuntimeException | Error crash) {
            events.jobCrashed(crash);
        } finally {
            slot.ifPresent(Slot::release);
            delivery.lock().release();
            inHand.leave(cut);
            from.deliveryEnded();
            ask();
            admission.pause().ifPresent(pause -> threads.execute(() -> askAfter(pause)));
        }
    }

    private void broke(Reception broken, Throwable failure) {
        Duration delay;
        synchronized (this) {
            if (closed || reception != broken) {
                return;
            }
            reception = null;
            delay = reopenDelay;
            Duration doubled = delay.multipliedBy(2);
            reopenDelay = doubled.compareTo(MAX_REOPEN_DELAY) < 0 ? doubled : MAX_REOPEN_DELAY;
        }
        broken.retire();
        events.receiverFailed(failure, delay);
        threads.execute(() -> reopen(delay));
    }

    private void reopen(Duration delay) {
        try {
            Thread.sleep(delay);
            open();
        } catch (RuntimeException failed) {
            events.receiverFailed(failed, MAX_REOPEN_DELAY);
            threads.execute(() -> reopen(MAX_REOPEN_DELAY));
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }

    /** The intake, for messages that are settled through that receiver. */
    private record Line(Intake intake, ServiceBusReceiverAsyncClient receiver) implements Reception.Recipient {
        @Override
        public void ready() {
            intake.ask();
        }

        @Override
        public void received(Reception from, ServiceBusReceivedMessage message) {
            intake.received(from, receiver, message);
        }

        @Override
        public void broke(Reception broken, Throwable failure) {
            intake.broke(broken, failure);
        }
    }
}
