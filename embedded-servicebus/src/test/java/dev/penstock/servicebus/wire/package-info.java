@NullMarked
package dev.penstock.servicebus.wire;

import org.jspecify.annotations.NullMarked;
