/** What keeps callers from reaching, or reading, what they should not: the egress guard and the box for secrets. */
@NullMarked
package dev.penstock.gateway.guard;

import org.jspecify.annotations.NullMarked;
