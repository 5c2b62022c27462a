/** The whole of Penstock in one process. Read {@link dev.penstock.local.stack.LocalStack} first. */
@NullMarked
package dev.penstock.local.stack;

import org.jspecify.annotations.NullMarked;
