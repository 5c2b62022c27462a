/** The gateway's side of the queues: jobs out, replies in, dead letters watched. */
@NullMarked
package dev.penstock.gateway.bus;

import org.jspecify.annotations.NullMarked;
