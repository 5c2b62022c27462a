@NullMarked
package dev.penstock.servicebus.journal;

import org.jspecify.annotations.NullMarked;
