@NullMarked
package dev.penstock.servicebus.junit;

import org.jspecify.annotations.NullMarked;
