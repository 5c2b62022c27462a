/** Who may hold a session: a slot is a place in the pool that one worker holds, with at most one live session in it. */
@NullMarked
package dev.penstock.worker.slot;

import org.jspecify.annotations.NullMarked;
