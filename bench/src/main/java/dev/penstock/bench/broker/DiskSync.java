package dev.penstock.bench.broker;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/**
 * What this machine's disk takes to write and sync what a batch of 100 messages of 1 KiB comes to, over bytes that are in the
 * file already: no broker that acknowledges after the sync can be quicker.
 */
final class DiskSync {
    private static final int BYTES = 104 * Workload.BODY_BYTES;
    private static final int PLACES = 64;
    private static final int WARM_UP = PLACES;
    private static final int COUNT = 200;

    private DiskSync() {}

    /** Milliseconds of each sync, in the system's folder for temporary files, as the durable contender's. */
    static List<Double> milliseconds() throws IOException {
        Path file = Files.createTempFile("servicebus-benchmark", ".sync");
        try (var channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            ByteBuffer batch = ByteBuffer.allocateDirect(BYTES);
            List<Double> all = new ArrayList<>();
            for (int i = 0; i < WARM_UP + COUNT; i++) {
                long start = System.nanoTime();
                writeAndSync(channel, batch.clear(), (long) i % PLACES * BYTES);
                all.add((System.nanoTime() - start) / 1e6);
            }
            return all.subList(WARM_UP, all.size());
        } finally {
            Files.delete(file);
        }
    }

    private static void writeAndSync(FileChannel channel, ByteBuffer batch, long place) throws IOException {
        long at = place;
        while (batch.hasRemaining()) {
            at += channel.write(batch, at);
        }
        channel.force(false);
    }
}
