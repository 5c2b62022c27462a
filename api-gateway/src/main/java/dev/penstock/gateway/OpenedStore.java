package dev.penstock.gateway;

import dev.penstock.gateway.store.Database;
import dev.penstock.gateway.store.StoreAddress;
import io.vertx.core.Vertx;

/** A job store that the command line works on, beside a running gateway too. Closing it blocks. */
record OpenedStore(Vertx vertx, Database database) implements AutoCloseable {
    /**
     * Opens it; blocks.
     *
     * @throws dev.penstock.gateway.store.StoreCannotOpenException
     *             if it can't be used
     */
    static OpenedStore at(StoreAddress address) {
        Vertx vertx = Vertx.vertx();
        try {
            return new OpenedStore(vertx, Database.openBesideGateway(address, vertx.getOrCreateContext()));
        } catch (RuntimeException cannotOpen) {
            vertx.close().await();
            throw cannotOpen;
        }
    }

    @Override
    public void close() {
        try {
            database.close();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
        vertx.close().await();
    }
}
