package dev.penstock.bench.broker;

import dev.penstock.bench.Table;
import dev.penstock.servicebus.EmbeddedServiceBus;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** What a long queue costs: per message in time and heap, and at the next start. */
final class MillionMessages {
    private static final int MANY = 1_000_000;
    private static final int FEW = 1000;
    private static final int CYCLES_OF_FEW = 100;
    private static final int CYCLES_TO_WARM_UP = 50;
    private static final int STARTS = 11;
    private static final long QUOTA = 8L << 30;
    private static final double NANOS_PER_MILLI = 1e6;

    private final Table table;

    MillionMessages(Table table) {
        this.table = table;
    }

    void run() throws Exception {
        startWarm();
        queueInMemory();
        recover();
    }

    private void startWarm() {
        List<Double> millis = new ArrayList<>();
        for (int i = 0; i < STARTS; i++) {
            long start = System.nanoTime();
            EmbeddedServiceBus.builder().queue("q").start().close();
            millis.add((System.nanoTime() - start) / NANOS_PER_MILLI);
        }
        table.add("start and close, warm, median (ms)", millis.stream().sorted().toList().get(STARTS / 2), "300");
    }

    private void queueInMemory() throws Exception {
        try (var bus = EmbeddedServiceBus.builder().queue("long", q -> q.maxSizeBytes(QUOTA)).start()) {
            var load = new Workload(new Contender("in memory", bus.connectionString(), bus, bus));
            for (int i = 0; i < CYCLES_TO_WARM_UP; i++) {
                microsPerMessage(load, FEW);
            }
            double few = 0;
            for (int i = 0; i < CYCLES_OF_FEW; i++) {
                few += microsPerMessage(load, FEW) / CYCLES_OF_FEW;
            }
            long before = usedHeap();
            long start = System.nanoTime();
            load.fill("long", MANY);
            long sending = System.nanoTime() - start;
            double heapEach = (usedHeap() - before) / (double) MANY;
            start = System.nanoTime();
            load.empty("long", MANY);
            double many = (System.nanoTime() - start + sending) / 1e3 / MANY;
            table.add("a thousand queued: send, receive, complete (µs each)", few, "");
            table.add("a million queued: the same (µs each)", many, "");
            table.add("a million beside a thousand", many / few, "1.20");
            table.add("heap beyond the payload (bytes each)", heapEach - Workload.BODY_BYTES, "1536");
        }
    }

    private static double microsPerMessage(Workload load, int count) {
        long start = System.nanoTime();
        load.fill("long", count);
        load.empty("long", count);
        return (System.nanoTime() - start) / 1e3 / count;
    }

    private static long usedHeap() {
        var memory = ManagementFactory.getMemoryMXBean();
        memory.gc();
        return memory.getHeapMemoryUsage().getUsed();
    }

    private void recover() throws Exception {
        var folder = Files.createTempDirectory("servicebus-benchmark");
        try (var bus = durable(folder)) {
            long start = System.nanoTime();
            new Workload(new Contender("durable", bus.connectionString(), bus, bus)).fill("long", MANY);
            table.add("a million sent durably, in batches (msg/s)", MANY / ((System.nanoTime() - start) / 1e9), "");
        }
        long start = System.nanoTime();
        try (var bus = durable(folder)) {
            table.add("start with a million to recover (s)", (System.nanoTime() - start) / 1e9, "10");
            table.add("of them there", (double) bus.queue("long").counts().active(), String.valueOf(MANY));
        }
        Contender.delete(folder);
    }

    private static EmbeddedServiceBus durable(Path folder) throws IOException {
        return EmbeddedServiceBus.builder().queue("long", q -> q.maxSizeBytes(QUOTA)).dataFolder(folder).start();
    }
}
