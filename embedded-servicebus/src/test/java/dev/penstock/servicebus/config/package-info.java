@NullMarked
package dev.penstock.servicebus.config;

import org.jspecify.annotations.NullMarked;
