package dev.penstock.servicebus.journal;

import java.io.IOException;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The files of a journal. Generation <i>n</i> consists of a snapshot of all that came before it and of the changes since. A
 * snapshot has its name only when it is complete; until then, the files of the generations before are needed.
 */
final class Generations {
    private static final String JOURNAL_PREFIX = "journal-";
    private static final String SNAPSHOT_PREFIX = "snapshot-";

    private static final String UNFINISHED_PREFIX = "unfinished-" + SNAPSHOT_PREFIX;
    /** A journal that isn't needed any more, and whose room on the disk the next one takes over. */
    static final String SPARE_JOURNAL = "spare-journal";

    private static final long MAX_SPARE_BYTES = 256L << 20;

    private final TreeSet<Long> journals = new TreeSet<>();
    private final TreeSet<Long> snapshots = new TreeSet<>();

    Generations(List<String> names) {
        for (var name : names) {
            addIfNamed(name, JOURNAL_PREFIX, journals);
            addIfNamed(name, SNAPSHOT_PREFIX, snapshots);
        }
    }

    private static void addIfNamed(String name, String prefix, Set<Long> numbers) {
        if (name.startsWith(prefix) && name.substring(prefix.length()).matches("\\d{1,18}")) {
            numbers.add(Long.parseLong(name.substring(prefix.length())));
        }
    }

    static String journal(long generation) {
        return JOURNAL_PREFIX + generation;
    }

    static String snapshot(long generation) {
        return SNAPSHOT_PREFIX + generation;
    }

    static String unfinishedSnapshot(long generation) {
        return UNFINISHED_PREFIX + generation;
    }

    /** Deletes what no recovery needs: snapshots that a crash has interrupted, and the spare journal. */
    static void deleteLeftovers(JournalFiles files) throws IOException {
        for (var name : files.names()) {
            if (name.startsWith(UNFINISHED_PREFIX) || name.equals(SPARE_JOURNAL)) {
                files.delete(name);
            }
        }
    }

    @Nullable
    Long newestSnapshot() {
        return snapshots.isEmpty() ? null : snapshots.last();
    }

    /** The journals to be read after the newest snapshot, oldest first. */
    List<Long> journalsToReplay() {
        var snapshot = newestSnapshot();
        return snapshot == null ? List.copyOf(journals) : List.copyOf(journals.tailSet(snapshot));
    }

    long newest() {
        return Math.max(journals.isEmpty() ? 0 : journals.last(), snapshots.isEmpty() ? 0 : snapshots.last());
    }

    /** What the newest snapshot has. */
    static long snapshotBytes(JournalFiles files) throws IOException {
        var newest = new Generations(files.names()).newestSnapshot();
        return newest == null ? 0 : files.size(snapshot(newest));
    }

    /** What the journals have that come after it. */
    static long journalBytes(JournalFiles files) throws IOException {
        long bytes = 0;
        for (long journal : new Generations(files.names()).journalsToReplay()) {
            bytes += files.size(journal(journal));
        }
        return bytes;
    }

    /** Deletes what the snapshot of this generation has made superfluous, but for one journal: that becomes the spare one. */
    static void deleteBefore(long generation, JournalFiles files) throws IOException {
        var all = new Generations(files.names());
        var old = all.journals.headSet(generation);
        if (!old.isEmpty() && files.size(journal(old.last())) <= MAX_SPARE_BYTES) {
            files.rename(journal(old.last()), SPARE_JOURNAL);
        }
        for (long journal : old) {
            files.delete(journal(journal));
        }
        for (long snapshot : all.snapshots.headSet(generation)) {
            files.delete(snapshot(snapshot));
        }
    }
}
