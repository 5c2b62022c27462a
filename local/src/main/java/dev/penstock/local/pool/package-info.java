/**
 * The local session pool: what a custom-container pool of Azure Container Apps dynamic sessions does on HTTP, faults
 * included, in front of one session container that serves every session.
 *
 * <p>
 * Read {@link dev.penstock.local.pool.SessionPool} first: it decides, without any I/O, who gets a session and when one
 * ends. {@link dev.penstock.local.pool.PoolServer} is the HTTP side: it judges a request, asks the session pool for
 * room and hands it to {@link dev.penstock.local.pool.Forwarder}.
 */
@NullMarked
package dev.penstock.local.pool;

import org.jspecify.annotations.NullMarked;
