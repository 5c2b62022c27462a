/**
 * AMQP 1.0 on TCP: proton-j's engine over a Vert.x net server, one link class per kind of link. Everything runs on the
 * server's one event loop; nothing here blocks.
 */
@NullMarked
package dev.penstock.servicebus.wire;

import org.jspecify.annotations.NullMarked;
