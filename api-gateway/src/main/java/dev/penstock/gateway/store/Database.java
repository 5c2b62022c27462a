package dev.penstock.gateway.store;

import io.vertx.core.Context;

/** Where the tables are and how many threads may work on them. */
public sealed interface Database permits SqliteDatabase, PostgresDatabase {
    String MIGRATIONS = "classpath:dev/penstock/gateway/store/migrations";

    /**
     * Opens the store, creates or migrates its tables. Blocks.
     *
     * @param home
     *            where futures complete
     * @throws StoreCannotOpenException
     *             if another gateway has it to itself, or it can't be read, written or migrated
     */
    static Database open(StoreAddress address, Context home) {
        return switch (address) {
            case StoreAddress.SqliteFile(var path) -> SqliteDatabase.open(path, home);
            case StoreAddress.Postgres postgres -> PostgresDatabase.open(postgres, home);
        };
    }

    /** As {@link #open}, for a short change from outside, whether or not a gateway has it open. */
    static Database openBesideGateway(StoreAddress address, Context home) {
        return switch (address) {
            case StoreAddress.SqliteFile(var path) -> SqliteDatabase.openBesideGateway(path, home);
            case StoreAddress.Postgres postgres -> PostgresDatabase.open(postgres, home);
        };
    }

    /** For what changes rows. */
    Lanes writer();

    /** For what only reads. */
    Lanes readers();

    /** Tells of jobs that any gateway on this store changed, from some thread. */
    void listen(Listener listener);

    /** Finishes what waits. Blocks. */
    void close() throws InterruptedException;

    /** Looks after the store's files. Blocks; to be called every second or so. */
    void tidy();

    /** Is told of changes; may be told twice. */
    interface Listener {
        void changed(String jobId, boolean ended);

        /** From here on changes are told again; those before may have been missed. */
        void missedSome();
    }
}
