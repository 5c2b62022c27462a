package dev.penstock.gateway;

import com.azure.messaging.servicebus.ServiceBusClientBuilder;
import dev.penstock.gateway.bus.DeadLetters;
import dev.penstock.gateway.bus.MessageSender;
import dev.penstock.gateway.bus.QueueReceiver;
import dev.penstock.gateway.guard.EgressGuard;
import dev.penstock.gateway.http.Api;
import dev.penstock.gateway.http.Management;
import dev.penstock.gateway.http.Readiness;
import dev.penstock.gateway.jobs.Admission;
import dev.penstock.gateway.jobs.DeadLetterRules;
import dev.penstock.gateway.jobs.Jobs;
import dev.penstock.gateway.jobs.QueueWatch;
import dev.penstock.gateway.jobs.ReplyHandler;
import dev.penstock.gateway.jobs.Runtimes;
import dev.penstock.gateway.jobs.Submitting;
import dev.penstock.gateway.jobs.TenantTerms;
import dev.penstock.gateway.jobs.Upkeep;
import dev.penstock.gateway.jobs.Waits;
import dev.penstock.gateway.jobs.Workers;
import dev.penstock.gateway.oidc.TokenCallers;
import dev.penstock.gateway.process.GatewayConfig;
import dev.penstock.gateway.process.GatewayEvents;
import dev.penstock.gateway.process.Loop;
import dev.penstock.gateway.store.ApiKeyStore;
import dev.penstock.gateway.store.BacklogStore;
import dev.penstock.gateway.store.BatchReader;
import dev.penstock.gateway.store.Database;
import dev.penstock.gateway.store.DeliveryStore;
import dev.penstock.gateway.store.JobReader;
import dev.penstock.gateway.store.JobStore;
import dev.penstock.gateway.store.Submissions;
import dev.penstock.gateway.store.TenantStore;
import dev.penstock.gateway.store.WorkerStore;
import dev.penstock.gateway.webhooks.Deliveries;
import dev.penstock.gateway.webhooks.DeliveryHandler;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;

/**
 * A running gateway: takes jobs over HTTP, stores them, sends them to the workers and keeps what these answer. The main
 * path is {@link Api} → {@link Submitting} → {@link MessageSender}, and back {@link QueueReceiver} → {@link ReplyHandler}
 * → {@link Jobs}.
 *
 * <p>
 * All HTTP handlers and all state in memory live on one event loop; the database has threads of its own; replies and
 * upkeep run on virtual threads.
 */
public final class Gateway implements AutoCloseable {
    /** An unconfirmed send has ended one way or the other after so many times its time-out. */
    private static final int STALE_FACTOR = 3;
    private static final int REPLIES_IN_HAND = 64;
    /** They wait for others most of the time. */
    private static final int WEBHOOKS_IN_HAND = 512;
    private static final Duration TIDY_STORE = Duration.ofSeconds(1);

    private final GatewayEvents events;
    private final Deque<AutoCloseable> parts = new ArrayDeque<>();
    private Optional<Integer> managementPort = Optional.empty();
    private int port;

    private Gateway(GatewayEvents events) {
        this.events = events;
    }

    /**
     * Starts a gateway; returns when it takes requests. Blocks: call it from a plain or virtual thread. The Vert.x
     * instance stays the caller's.
     *
     * @throws dev.penstock.gateway.store.StoreCannotOpenException
     *             if the job store can't be used, with what to do
     */
    public static Gateway start(Vertx vertx, GatewayConfig config, GatewayEvents events) {
        return start(vertx, config, events, Footing.usual());
    }

    /** As {@link #start(Vertx, GatewayConfig, GatewayEvents)}, on something else than usual. */
    public static Gateway start(Vertx vertx, GatewayConfig config, GatewayEvents events, Footing footing) {
        Gateway gateway = new Gateway(events);
        try {
            gateway.port = gateway.open(vertx, config, footing);
        } catch (RuntimeException failure) {
            gateway.closeParts();
            throw failure;
        }
        events.started(config.host(), gateway.port);
        return gateway;
    }

    /** The port that it listens on. */
    public int port() {
        return port;
    }

    /** The port for health, readiness and metrics, if they have one of their own. */
    public Optional<Integer> managementPort() {
        return managementPort;
    }

    /**
     * Stops taking requests, answers those that wait, settles the replies in hand, writes what is left to write. Blocks,
     * bounded.
     */
    @Override
    public void close() {
        events.draining();
        closeParts();
        events.stopped();
    }

    /** Parts that others depend on come first here, so they are closed last. */
    private int open(Vertx vertx, GatewayConfig config, Footing footing) {
        InstantSource clock = footing.clock();
        Context home = vertx.getOrCreateContext();
        Database database = Database.open(config.store(), home);
        parts.push(database::close);
        JobStore store = new JobStore(database);
        JobReader reader = new JobReader(database);
        BatchReader batches = new BatchReader(database);
        ServiceBusClientBuilder sending = MessageSender.connection(config.bus(), config.sendTimeout());
        MessageSender jobQueue = sender(config, sending, config.queues().jobs(), home);
        parts.push(Loop.start("tidy-store", TIDY_STORE, events, database::tidy)::stop);
        Waits waits = new Waits(vertx, reader, batches, config.maxWaiters(), config.maxWaitersPerTenant(),
                events);
        database.listen(wake(waits, home));
        Submissions submissions = new Submissions(database);
        BacklogStore backlog = new BacklogStore(database);
        QueueWatch queue = new QueueWatch(backlog, clock);
        queue.measure().await();
        parts.push(Loop.start("measure-queue", config.upkeepInterval(), events, () -> queue.measure().await())::stop);
        TenantTerms terms = new TenantTerms(new TenantStore(database), config.limits().tenants(), clock);
        Admission admission = new Admission(terms, queue, config.limits().longestWait(), clock);
        Submitting submitting = new Submitting(admission, footing.submissions().apply(submissions),
                footing.jobQueue().apply(jobQueue), events);
        DeliveryStore deliveryStore = new DeliveryStore(database);
        Deliveries deliveries = new Deliveries(deliveryStore, sender(config, sending, config.queues().webhooks(), home),
                clock,
                events);
        Jobs jobs = new Jobs(store, reader, batches,
                sender(config, sending, config.queues().cancellations(), home), waits,
                deliveries::begin, clock, events);
        Runtimes runtimes = new Runtimes(store, reader, clock);
        runtimes.load().await();
        parts.push(Loop.start("load-runtimes", config.upkeepInterval(), events, () -> runtimes.load().await())::stop);
        startUpkeep(config, sending, new Upkeep(store, reader, submissions, backlog, jobQueue, jobs, clock, events),
                clock, jobs, reader);
        Workers workers = new Workers(new WorkerStore(database), clock);
        ReplyHandler replies = new ReplyHandler(jobs, runtimes, workers, clock, events);
        QueueReceiver receiver = new QueueReceiver(config.bus(), config.queues().results(), REPLIES_IN_HAND, replies,
                events);
        parts.push(receiver::stop);
        EgressGuard guard = new EgressGuard(footing.resolver(), config.webhooks().httpAllowed(),
                config.webhooks().openedRanges());
        config.webhooks()
                .box()
                .ifPresent(box -> startWebhooks(config,
                        DeliveryHandler.create(vertx, config.webhooks(), guard, box, reader, batches,
                                deliveryStore, deliveries, clock, events),
                        deliveries));
        Optional<TokenCallers> tokens = config.oidc().map(oidc -> new TokenCallers(oidc, home, clock, events));
        tokens.ifPresent(callers -> parts.push(callers::stop));
        Api.Services services = new Api.Services(submitting, jobs, reader, batches, waits, runtimes, deliveryStore,
                deliveries,
                guard, new ApiKeyStore(database), tokens, backlog, queue, workers, admission);
        Readiness readiness = new Readiness(reader);
        managementPort = config.managementPort().map(port -> {
            Management management = Management.start(vertx, home, config.host(), port, readiness, clock,
                    events);
            parts.push(management);
            return management.port();
        });
        Api api = Api.start(vertx, home, config, services, readiness, clock, events);
        parts.push(api);
        parts.push(() -> Thread.sleep(config.http().drainDelay()));
        parts.push(readiness::stop);
        return api.port();
    }

    private static Database.Listener wake(Waits waits, Context home) {
        return new Database.Listener() {
            @Override
            public void changed(String jobId, boolean ended) {
                home.runOnContext(_ -> waits.changed(jobId, ended));
            }

            @Override
            public void missedSome() {
                home.runOnContext(_ -> waits.missedSome());
            }
        };
    }

    private void startUpkeep(GatewayConfig config, ServiceBusClientBuilder browsing, Upkeep upkeep, InstantSource clock,
            Jobs jobs, JobReader reader) {
        Duration pause = config.upkeepInterval();
        Duration stale = config.sendTimeout().multipliedBy(STALE_FACTOR);
        parts.push(Loop.start("send-stale", pause, events, () -> upkeep.sendStale(stale))::stop);
        parts.push(Loop.start("expire-overdue", pause, events, () -> upkeep.expireOverdue(config.longestRun()))::stop);
        parts.push(Loop.start("forget-old", pause, events, () -> upkeep.forgetOld(config.retention()))::stop);
        DeadLetterRules rules = new DeadLetterRules(jobs, reader);
        watch(config, browsing, config.queues().jobs(), clock, rules::jobDied);
        watch(config, browsing, config.queues().results(), clock, rules::replyDied);
    }

    private MessageSender sender(GatewayConfig config, ServiceBusClientBuilder connection, String queue, Context home) {
        MessageSender sender = new MessageSender(connection, queue, config.sendTimeout(), home);
        parts.push(sender);
        return sender;
    }

    private void startWebhooks(GatewayConfig config, DeliveryHandler handler, Deliveries deliveries) {
        QueueReceiver receiver = new QueueReceiver(config.bus(), config.queues().webhooks(), WEBHOOKS_IN_HAND,
                handler, events);
        parts.push(receiver::stop);
        parts.push(Loop.start("find-lost-deliveries", config.upkeepInterval(), events,
                () -> deliveries.findLost(config.webhooks().lostAfter()))::stop);
    }

    private void watch(GatewayConfig config, ServiceBusClientBuilder browsing, String queue, InstantSource clock,
            DeadLetters.Visitor visitor) {
        DeadLetters letters = new DeadLetters(browsing,
                () -> MessageSender.connection(config.bus(), config.sendTimeout()), queue, clock, visitor, events);
        parts.push(letters);
        parts.push(Loop.start("dead-letters-" + queue, config.upkeepInterval(), events, letters::browse)::stop);
    }

    private void closeParts() {
        while (!parts.isEmpty()) {
            close(parts.pop());
        }
    }

    private void close(AutoCloseable part) {
        try {
            part.close();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        } catch (Exception failure) {
            events.loopFailed("close", failure);
        }
    }
}
