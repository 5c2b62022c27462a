/** The API gateway. Start reading at {@link dev.penstock.gateway.Gateway}. */
@NullMarked
package dev.penstock.gateway;

import org.jspecify.annotations.NullMarked;
