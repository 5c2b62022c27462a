@NullMarked
package dev.penstock.servicebus;

import org.jspecify.annotations.NullMarked;
