/** The job store: plain SQL over JDBC, on threads of its own. */
@NullMarked
package dev.penstock.gateway.store;

import org.jspecify.annotations.NullMarked;
