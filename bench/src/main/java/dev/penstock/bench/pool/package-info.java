/** How close workers come to what a pool can give. Read {@link dev.penstock.bench.pool.PoolBench} first. */
@NullMarked
package dev.penstock.bench.pool;

import org.jspecify.annotations.NullMarked;
