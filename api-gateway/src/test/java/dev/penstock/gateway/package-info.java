@NullMarked
package dev.penstock.gateway;

import org.jspecify.annotations.NullMarked;
