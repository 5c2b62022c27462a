@NullMarked
package dev.penstock.gateway.store;

import org.jspecify.annotations.NullMarked;
