@NullMarked
package dev.penstock.messaging;

import org.jspecify.annotations.NullMarked;
