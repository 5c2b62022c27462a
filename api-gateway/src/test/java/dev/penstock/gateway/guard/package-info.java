@NullMarked
package dev.penstock.gateway.guard;

import org.jspecify.annotations.NullMarked;
