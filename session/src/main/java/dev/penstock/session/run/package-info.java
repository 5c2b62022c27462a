/** Running one program: its limits, its stages, what it printed and how it ended. */
@NullMarked
package dev.penstock.session.run;

import org.jspecify.annotations.NullMarked;
