/**
 * What the session container adds to the bare sandbox. Read {@link dev.penstock.bench.runner.RunnerBench} first.
 */
@NullMarked
package dev.penstock.bench.runner;

import org.jspecify.annotations.NullMarked;
