@NullMarked
package dev.penstock.servicebus.entity;

import org.jspecify.annotations.NullMarked;
