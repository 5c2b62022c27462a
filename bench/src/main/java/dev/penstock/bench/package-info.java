/** Measurements. Read {@link dev.penstock.bench.Bench} first. */
@NullMarked
package dev.penstock.bench;

import org.jspecify.annotations.NullMarked;
