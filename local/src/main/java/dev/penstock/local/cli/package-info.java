/** The {@code penstock} command line. Read {@link dev.penstock.local.cli.Penstock} first. */
@NullMarked
package dev.penstock.local.cli;

import org.jspecify.annotations.NullMarked;
