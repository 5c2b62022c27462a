package dev.penstock.bench.gateway;

import dev.penstock.gateway.Footing;
import dev.penstock.gateway.jobs.JobIds;
import dev.penstock.gateway.store.StoreAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Supplier;

/** The same reads at two gateways, one with few jobs stored and one with many, in turns. */
final class ReadRows {
    private static final int FEW = 1_000;
    private static final int WARM_UP = 300;
    private static final int REQUESTS = 1_000;
    private static final int SAMPLES = 100;
    private static final String AIM = "<= 1.5";

    private final int many;
    private final Stores stores;
    private final Random random = new Random(1);
    private final Instant end = Instant.now().minus(Duration.ofMinutes(10));

    /** Where the two stores are. */
    interface Stores {
        /** As {@code PENSTOCK_STORE}; an empty store of that name. */
        String empty(String name) throws Exception;
    }

    /**
     * @param many
     *            jobs of the second gateway
     */
    ReadRows(int many, Stores stores) {
        this.many = many;
        this.stores = stores;
    }

    void run(Rows rows) throws Exception {
        String few = filled("few", FEW);
        long start = System.nanoTime();
        String most = filled("many", many);
        rows.add("reads: storing " + many + " jobs took", (System.nanoTime() - start) / 1e9, "s", "");
        try (TempFolder folder = TempFolder.create();
                GatewayRig small = new GatewayRig(folder.path().resolve("a"), few, Footing.usual());
                GatewayRig large = new GatewayRig(folder.path().resolve("b"), most, Footing.usual());
                Reader atFew = new Reader(small.port());
                Reader atMany = new Reader(large.port())) {
            compare(rows, atFew, atMany);
        }
    }

    private String filled(String name, int jobs) throws Exception {
        String store = stores.empty(name);
        try (StoredJobs stored = new StoredJobs(StoreAddress.parse(store), end)) {
            stored.fill(jobs);
        }
        return store;
    }

    private void compare(Rows rows, Reader few, Reader many) throws Exception {
        Instant middle = end.minus(StoredJobs.SPAN.dividedBy(2));
        String cursor = "&cursor=" + JobIds.from(middle) + "0000000000000000";
        one(rows, few, many, "read an ended job", "status=succeeded");
        one(rows, few, many, "read a job that waits, with its place", "status=queued");
        list(rows, few, many, "list, newest", "");
        list(rows, few, many, "list from the middle on", cursor);
        list(rows, few, many, "list by a status that most have", "&status=succeeded");
        list(rows, few, many, "list by a status that few have", "&status=running");
        list(rows, few, many, "list by that status, from the middle on", "&status=running" + cursor);
        list(rows, few, many, "list by a label that many have", "&label=course:c5");
        list(rows, few, many, "list by that label, from the middle on", "&label=course:c5" + cursor);
        list(rows, few, many, "list by a label that few have", "&label=user:u3");
        list(rows, few, many, "list by label and status, many", "&label=course:c9&status=succeeded");
        list(rows, few, many, "list by label and status, none", "&label=course:c3&status=failed");
        list(rows, few, many, "list by time", "&submittedAfter=" + middle.minus(StoredJobs.SPAN.dividedBy(4))
                + "&submittedBefore=" + middle);
        list(rows, few, many, "list by label and time", "&label=course:c5&submittedBefore=" + middle);
        same(rows, few, many, "list of batches", "/v1/batches?limit=10");
        same(rows, few, many, "/v1/stats", "/v1/stats");
    }

    /** Single jobs, found by times at random. */
    private void one(Rows rows, Reader few, Reader many, String name, String filter) throws Exception {
        List<Instant> times = new ArrayList<>();
        for (int i = 0; i < SAMPLES; i++) {
            times.add(end.minus(Duration.ofMillis((long) (random.nextDouble(0.1, 0.9) * StoredJobs.SPAN.toMillis()))));
        }
        List<String> inFew = few.jobs(times, filter);
        List<String> inMany = many.jobs(times, filter);
        row(rows, name, few, () -> inFew.get(random.nextInt(SAMPLES)), many,
                () -> inMany.get(random.nextInt(SAMPLES)));
    }

    private void list(Rows rows, Reader few, Reader many, String name, String query) throws Exception {
        same(rows, few, many, name, "/v1/jobs?limit=20" + query);
    }

    private void same(Rows rows, Reader few, Reader many, String name, String uri) throws Exception {
        row(rows, name, few, () -> uri, many, () -> uri);
    }

    private void row(Rows rows, String name, Reader few, Supplier<String> ofFew, Reader most,
            Supplier<String> ofMany) throws Exception {
        Latencies atFew = new Latencies();
        Latencies atMany = new Latencies();
        for (int i = 0; i < WARM_UP + REQUESTS; i++) {
            long inFew = few.get(ofFew.get());
            long inMany = most.get(ofMany.get());
            if (i >= WARM_UP) {
                atFew.add(inFew);
                atMany.add(inMany);
            }
        }
        rows.add(name + ", " + FEW, FEW, "jobs", atFew, "", "", "");
        rows.add(name + ", " + many, many, "jobs", atMany, atMany.percentile(50) / atFew.percentile(50), AIM, "few");
    }

    /** SQLite files in that folder. */
    static Stores files(Path folder) {
        return name -> Files.createDirectory(folder.resolve(name)).resolve("jobs.db").toString();
    }
}
