@NullMarked
package dev.penstock.worker.pool;

import org.jspecify.annotations.NullMarked;
