package dev.penstock.local.pool;

import java.net.URI;
import java.util.Optional;

/**
 * Where a pool finds the session container.
 *
 * @param url
 *            a path in it is put before those of requests
 * @param token
 *            sent to the container in place of the callers' own, so that nobody else on this machine can use it
 */
public record ContainerAddress(URI url, Optional<String> token) {
    /** A container that asks for no token. */
    public static ContainerAddress open(URI url) {
        return new ContainerAddress(url, Optional.empty());
    }

    @Override
    public String toString() {
        return url + (token.isPresent() ? " (token ***)" : "");
    }
}
