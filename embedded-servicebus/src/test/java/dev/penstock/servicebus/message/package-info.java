@NullMarked
package dev.penstock.servicebus.message;

import org.jspecify.annotations.NullMarked;
