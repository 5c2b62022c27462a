@NullMarked
package dev.penstock.servicebus.inspection;

import org.jspecify.annotations.NullMarked;
