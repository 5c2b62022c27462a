/** How one program is kept apart from everything else: the ways that there are, and which of them this place offers. */
@NullMarked
package dev.penstock.session.sandbox;

import org.jspecify.annotations.NullMarked;
