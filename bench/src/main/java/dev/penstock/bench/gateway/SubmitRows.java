package dev.penstock.bench.gateway;

import dev.penstock.gateway.Footing;
import io.vertx.core.Future;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * Submits to a durable gateway, beside the same gateway without a part of its work and beside plain inserts. All take
 * turns, so that whatever else the machine does meets all of them.
 */
final class SubmitRows {
    private static final int CLIENTS = 64;
    private static final int ROUNDS = 3;
    private static final Duration WARM_UP = Duration.ofSeconds(6);
    private static final Duration ROUND = Duration.ofSeconds(4);

    private final Deque<AutoCloseable> parts = new ArrayDeque<>();
    private final List<Contender> contenders = new ArrayList<>();

    @FunctionalInterface
    private interface Load {
        Latencies run(Duration time) throws Exception;
    }

    private record Contender(Load load, Latencies latencies) {
        Contender(Load load) {
            this(load, new Latencies());
        }
    }

    void run(Rows rows) throws Exception {
        try {
            compare(rows);
        } finally {
            while (!parts.isEmpty()) {
                parts.pop().close();
            }
        }
    }

    private void compare(Rows rows) throws Exception {
        Contender durable = gateway(Footing.usual());
        Contender stored = gateway(Footing.usual().withJobQueue(_ -> _ -> Future.succeededFuture()));
        Contender sent = gateway(Footing.usual().withSubmissions(_ -> new NothingStored()));
        Contender neither = gateway(Footing.usual()
                .withSubmissions(_ -> new NothingStored())
                .withJobQueue(_ -> _ -> Future.succeededFuture()));
        Contender alone = inserts(1);
        Contender grouped = inserts(CLIENTS);
        measure();
        double rate = durable.latencies().perSecond();
        add(rows, "submits: durable store and broker", durable, "", "", "");
        add(rows, "submits: stored, but nothing sent", stored, stored.latencies().perSecond() / rate, "", "durable");
        add(rows, "submits: sent, but nothing stored", sent, sent.latencies().perSecond() / rate, "", "durable");
        add(rows, "submits: neither stored nor sent", neither, neither.latencies().perSecond() / rate, "<= 4",
                "durable");
        add(rows, "plain inserts, a transaction for each", alone, rate / alone.latencies().perSecond(), ">= 0.4",
                "durable to it");
        add(rows, "plain inserts, a transaction for " + CLIENTS, grouped, rate / grouped.latencies().perSecond(), "",
                "durable to it");
    }

    private Contender gateway(Footing footing) throws Exception {
        GatewayRig rig = GatewayRig.in(folder(), footing);
        parts.push(rig);
        Submitters submitters = new Submitters(rig.port(), CLIENTS);
        parts.push(submitters);
        return contender(submitters::run);
    }

    private Contender inserts(int group) throws Exception {
        PlainInserts inserts = new PlainInserts(folder().resolve("jobs.db"));
        parts.push(inserts);
        return contender(time -> inserts.run(time, group));
    }

    private Path folder() throws Exception {
        TempFolder folder = TempFolder.create();
        parts.push(folder);
        return folder.path();
    }

    private Contender contender(Load load) {
        Contender contender = new Contender(load);
        contenders.add(contender);
        return contender;
    }

    private void measure() throws Exception {
        for (Contender contender : contenders) {
            contender.load().run(WARM_UP);
        }
        for (int round = 0; round < ROUNDS; round++) {
            for (Contender contender : contenders) {
                contender.latencies().addAll(contender.load().run(ROUND));
            }
        }
    }

    private static void add(Rows rows, String name, Contender contender, Object ratio, String aim, String to) {
        Latencies latencies = contender.latencies();
        rows.add(name, latencies.perSecond(), "a second", latencies, ratio, aim, to);
    }
}
