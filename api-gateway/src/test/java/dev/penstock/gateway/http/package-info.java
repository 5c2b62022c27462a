@NullMarked
package dev.penstock.gateway.http;

import org.jspecify.annotations.NullMarked;
