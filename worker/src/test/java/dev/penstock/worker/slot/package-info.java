@NullMarked
package dev.penstock.worker.slot;

import org.jspecify.annotations.NullMarked;
