/** The container that runs inside a pool's session: HTTP in, programs run in a sandbox, results out. */
@NullMarked
package dev.penstock.session;

import org.jspecify.annotations.NullMarked;
