package dev.penstock.servicebus.journal;

import java.io.IOException;
import java.util.function.Consumer;

/** What blocks on the disk: done on the journal's thread, one after the other; the loop hears how each ended. */
final class DiskTasks {
    @FunctionalInterface
    interface Task {
        void run() throws IOException;
    }

    private final LogExecutors executors;

    DiskTasks(LogExecutors executors) {
        this.executors = executors;
    }

    void run(Task task, Runnable done, Consumer<IOException> failed) {
        executors.writer().execute(() -> {
            try {
                task.run();
                executors.loop().execute(done);
            } catch (IOException | RuntimeException e) {
                var cause = e instanceof IOException io ? io : new IOException(e);
                executors.loop().execute(() -> failed.accept(cause));
            }
        });
    }
}
