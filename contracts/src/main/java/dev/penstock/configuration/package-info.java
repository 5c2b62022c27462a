/** How every process reads its {@code PENSTOCK_*} environment variables. */
@NullMarked
package dev.penstock.configuration;

import org.jspecify.annotations.NullMarked;
