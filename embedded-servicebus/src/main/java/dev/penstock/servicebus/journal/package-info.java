/**
 * Durability: a write-ahead log of changes with group commit, snapshots, and recovery. Start at
 * {@link dev.penstock.servicebus.journal.WriteAheadLog}.
 */
@NullMarked
package dev.penstock.servicebus.journal;

import org.jspecify.annotations.NullMarked;
