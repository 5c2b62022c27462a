/** The HTTP API: routes, checks, answers and problems. */
@NullMarked
package dev.penstock.gateway.http;

import org.jspecify.annotations.NullMarked;
