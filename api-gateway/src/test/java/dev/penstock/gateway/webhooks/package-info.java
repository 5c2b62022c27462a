@NullMarked
package dev.penstock.gateway.webhooks;

import org.jspecify.annotations.NullMarked;
