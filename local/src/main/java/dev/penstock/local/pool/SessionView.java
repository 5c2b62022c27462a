package dev.penstock.local.pool;

import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import java.time.Instant;

/** A session as {@code getSession} and {@code listSessions} of a custom-container pool show it. */
@JsonPropertyOrder({"identifier", "etag", "expiresAt", "createdAt", "lastAccessedAt"})
record SessionView(String identifier, String etag, Instant expiresAt, Instant createdAt, Instant lastAccessedAt) {}
