/** Piston v2 as the engine behind the adapter. */
@NullMarked
package dev.penstock.session.piston;

import org.jspecify.annotations.NullMarked;
