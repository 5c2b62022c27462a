@NullMarked
package dev.penstock.local.stack;

import org.jspecify.annotations.NullMarked;
