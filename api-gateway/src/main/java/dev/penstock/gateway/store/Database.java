package dev.penstock.gateway.store;

/** Where the tables are and how many threads may work on them. */
public sealed interface Database permits SqliteDatabase {
    String MIGRATIONS = "classpath:dev/penstock/gateway/store/migrations";

    /** For what changes rows. */
    Lanes writer();

    /** For what only reads. */
    Lanes readers();

    /** Finishes what waits. Blocks. */
    void close() throws InterruptedException;
}
