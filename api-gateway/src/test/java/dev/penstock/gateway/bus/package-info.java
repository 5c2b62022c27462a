@NullMarked
package dev.penstock.gateway.bus;

import org.jspecify.annotations.NullMarked;
