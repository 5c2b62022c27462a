@NullMarked
package dev.penstock.configuration;

import org.jspecify.annotations.NullMarked;
