/** Takes jobs as fast as the pool has room, runs each in its own session and answers on the {@code results} queue. */
@NullMarked
package dev.penstock.worker;

import org.jspecify.annotations.NullMarked;
