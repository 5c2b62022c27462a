@NullMarked
package dev.penstock.local.pool;

import org.jspecify.annotations.NullMarked;
