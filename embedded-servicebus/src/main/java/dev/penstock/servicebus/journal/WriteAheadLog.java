package dev.penstock.servicebus.journal;

import dev.penstock.servicebus.entity.Change;
import dev.penstock.servicebus.entity.Condition;
import dev.penstock.servicebus.entity.Journal;
import dev.penstock.servicebus.entity.QueueSnapshot;
import dev.penstock.servicebus.entity.RefusedException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * Makes changes durable before they are answered for. All that happens in one turn of the broker's loop goes into one frame,
 * so a transaction is whole or absent; while a frame is being written and synced, the next one gathers (group commit).
 *
 * <pre>
 *   WORKING ──a write or sync fails──▶ FAILING ──each second: snapshot of everything──▶ REBUILDING ──written──▶ WORKING
 *                                         ▲                                                 │ failed
 *                                         └─────────────────────────────────────────────────┘
 * </pre>
 *
 * After a failure nobody knows what is on the disk, so the log isn't continued but replaced. Until then, commands that change
 * something are refused; what timers change meanwhile is in the snapshot. Confined to the broker's loop.
 */
public final class WriteAheadLog implements Journal, Durability {
    /** How much is written at least before a snapshot replaces it. */
    public static final long MIN_BYTES_TO_COMPACT = 64L << 20;

    private enum State {
        WORKING, FAILING, REBUILDING
    }

    private final LogExecutors executors;
    private final JournalEvents events;
    private final LogWriter writer;
    private final Growth growth;
    private final DiskTasks disk;
    private final HeldAnswers waiting = new HeldAnswers();
    private ChangeBuffer gathering = new ChangeBuffer();
    /** What the journal's thread is writing, or a spare one. */
    private ChangeBuffer underWay = new ChangeBuffer();
    private Supplier<List<QueueSnapshot>> snapshots = List::of;
    private LongSupplier messageBytes = () -> 0;
    private State state = State.WORKING;
    private boolean started;
    private boolean submitPlanned;
    private boolean writing;
    private boolean compacting;
    private long appended;
    private long generation;

    private WriteAheadLog(JournalFiles files, LogExecutors executors, JournalEvents events, long minBytesToCompact) {
        this.executors = executors;
        this.events = events;
        growth = new Growth(minBytesToCompact);
        writer = new LogWriter(files);
        disk = new DiskTasks(executors);
    }

    /**
     * Reads back what is durable, and opens a log to go on in. Blocks on the disk.
     *
     * @param minBytesToCompact {@link #MIN_BYTES_TO_COMPACT}, except in tests
     * @param changes gets all changes, in order
     * @throws CorruptJournalException when the files are damaged in a way that no crash explains
     * @throws IOException when the disk fails
     */
    public static WriteAheadLog open(JournalFiles files, LogExecutors executors, JournalEvents events,
            long minBytesToCompact, BiConsumer<String, Change> changes) throws IOException {
        var log = new WriteAheadLog(files, executors, events, minBytesToCompact);
        log.generation = Recovery.replay(files, changes) + 1;
        log.growth.recovered(Generations.snapshotBytes(files), Generations.journalBytes(files));
        Generations.deleteLeftovers(files);
        log.writer.begin(log.generation);
        return log;
    }

    /**
     * From now on changes are written; those that were appended before come first.
     *
     * @param source what a snapshot is made of
     * @param size bytes of the messages that it would hold
     */
    public void start(Supplier<List<QueueSnapshot>> source, LongSupplier size) {
        snapshots = source;
        messageBytes = size;
        started = true;
        planSubmit();
    }

    @Override
    public void requireWritable() {
        if (state != State.WORKING) {
            throw notDurable();
        }
    }

    private static RefusedException notDurable() {
        return new RefusedException(Condition.RESOURCE_LIMIT_EXCEEDED,
                "The broker can't write to its disk, so it can't promise to keep this. Free space; it goes on by itself.");
    }

    @Override
    public void append(String queue, Change change) {
        if (state == State.FAILING) {
            // The snapshot that ends this state will have it.
            return;
        }
        gathering.add(queue, change);
        appended++;
        planSubmit();
    }

    @Override
    public <A> void perform(Supplier<A> command, Consumer<A> answer, Function<RefusedException, A> refusal) {
        long before = appended;
        A result = Durability.answerOf(command, refusal);
        if (appended == before) {
            answer.accept(result);
        } else {
            waiting.hold(result, answer, refusal);
        }
    }

    private void planSubmit() {
        if (started && !submitPlanned && !writing && state == State.WORKING) {
            submitPlanned = true;
            executors.loop().execute(() -> {
                submitPlanned = false;
                submit();
            });
        }
    }

    private void submit() {
        if (gathering.size() == 0 || writing || state != State.WORKING) {
            return;
        }
        writing = true;
        var answers = waiting.takeAll();
        var frame = takeFrame();
        growth.written(frame.remaining());
        if (!compacting && growth.calls(messageBytes)) {
            writeAndCompact(frame, answers);
        } else {
            disk.run(() -> writer.append(frame), () -> written(answers), e -> failed(e, answers));
        }
    }

    /** What has gathered; the next one gathers in the other buffer. */
    private ByteBuffer takeFrame() {
        var full = gathering;
        gathering = underWay;
        gathering.clear();
        underWay = full;
        return full.frame(generation);
    }

    /** The snapshot holds what the frame holds, and nothing later: both are taken in the same turn. */
    private void writeAndCompact(ByteBuffer frame, HeldAnswers answers) {
        compacting = true;
        growth.restarted();
        long next = ++generation;
        var snapshot = snapshots.get();
        disk.run(() -> {
            writer.append(frame);
            writer.begin(next);
        }, () -> {
            written(answers);
            executors.snapshotter().execute(() -> compact(next, snapshot));
        }, e -> {
            compacting = false;
            failed(e, answers);
        });
    }

    private void compact(long next, List<QueueSnapshot> snapshot) {
        try {
            long size = writer.writeSnapshot(next, snapshot);
            executors.loop().execute(() -> {
                compacting = false;
                growth.snapshotWritten(size);
            });
        } catch (IOException | RuntimeException e) {
            // The files of earlier generations are still there: nothing is lost, it only takes more space.
            executors.loop().execute(() -> {
                compacting = false;
                events.compactionFailed(e instanceof IOException io ? io : new IOException(e));
            });
        }
    }

    private void written(HeldAnswers answers) {
        writing = false;
        answers.confirm();
        submit();
    }

    private void failed(IOException cause, HeldAnswers answers) {
        writing = false;
        if (state == State.WORKING) {
            events.failing(cause);
        }
        state = State.FAILING;
        gathering.clear();
        var others = waiting.takeAll();
        answers.refuse(notDurable());
        others.refuse(notDurable());
        executors.retry().execute(this::rebuild);
    }

    private void rebuild() {
        if (compacting) {
            // It works on the same files.
            executors.retry().execute(this::rebuild);
            return;
        }
        state = State.REBUILDING;
        writing = true;
        long next = ++generation;
        var snapshot = snapshots.get();
        disk.run(() -> {
            writer.close();
            writer.dropSpare();
            writer.writeSnapshot(next, snapshot);
            writer.dropSpare();
            writer.begin(next);
        }, () -> {
            state = State.WORKING;
            growth.restarted();
            events.working();
            written(new HeldAnswers());
        }, e -> failed(e, new HeldAnswers()));
    }

    /** Writes what has gathered. The writer's thread is done with it when it is done with all earlier tasks. */
    public void finish() {
        // Nobody was told that what fails here is durable.
        if (gathering.size() > 0 && state == State.WORKING) {
            var frame = gathering.frame(generation);
            disk.run(() -> writer.append(frame), () -> {}, events::failing);
        }
        disk.run(writer::close, () -> {}, events::failing);
    }
}
