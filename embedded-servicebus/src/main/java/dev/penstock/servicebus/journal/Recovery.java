package dev.penstock.servicebus.journal;

import dev.penstock.servicebus.entity.Change;
import java.io.IOException;
import java.util.function.BiConsumer;

/** Reads back what a broker had made durable. */
public final class Recovery {
    private final JournalFiles files;
    private final ChangeCodec codec = new ChangeCodec();

    private Recovery(JournalFiles files) {
        this.files = files;
    }

    /**
     * Hands over all changes, in order, and cuts off an incomplete last write.
     *
     * @return the newest generation of files that is in use
     * @throws CorruptJournalException when the files are damaged in a way that no crash explains
     */
    static long replay(JournalFiles files, BiConsumer<String, Change> changes) throws IOException {
        return new Recovery(files).replay(changes);
    }

    private long replay(BiConsumer<String, Change> changes) throws IOException {
        var generations = new Generations(files.names());
        var snapshot = generations.newestSnapshot();
        if (snapshot != null) {
            replaySnapshot(snapshot, changes);
        }
        var journals = generations.journalsToReplay();
        for (long journal : journals) {
            replayJournal(journal, journal == journals.getLast(), changes);
        }
        return generations.newest();
    }

    private void replaySnapshot(long generation, BiConsumer<String, Change> changes) throws IOException {
        var name = Generations.snapshot(generation);
        try (var reader = new FrameReader(files, name, generation)) {
            for (byte[] payload = reader.next(); payload != null; payload = reader.next()) {
                if (payload.length == 0) {
                    return;
                }
                accept(payload, name, reader.position(), changes);
            }
            throw new CorruptJournalException(name, reader.position(), "the snapshot's end is missing");
        }
    }

    private void replayJournal(long generation, boolean last, BiConsumer<String, Change> changes) throws IOException {
        var name = Generations.journal(generation);
        long whole;
        boolean onlyUnused;
        try (var reader = new FrameReader(files, name, generation)) {
            for (byte[] payload = reader.next(); payload != null; payload = reader.next()) {
                accept(payload, name, reader.position(), changes);
            }
            whole = reader.position();
            onlyUnused = reader.isFollowedByZeros();
        }
        if (whole < files.size(name)) {
            if (!last && !onlyUnused) {
                throw new CorruptJournalException(name, whole, "its end is missing, but a later journal exists");
            }
            files.truncate(name, whole);
        }
    }

    private void accept(byte[] payload, String name, long position, BiConsumer<String, Change> changes) {
        try {
            ChangeBuffer.read(payload, codec, changes);
        } catch (IOException | RuntimeException e) {
            throw new CorruptJournalException(name, position, "a whole frame can't be read (" + e + ")");
        }
    }
}
