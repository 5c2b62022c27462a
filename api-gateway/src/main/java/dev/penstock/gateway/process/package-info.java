/** What every part of the process shares: its settings, its events, its background loops. */
@NullMarked
package dev.penstock.gateway.process;

import org.jspecify.annotations.NullMarked;
