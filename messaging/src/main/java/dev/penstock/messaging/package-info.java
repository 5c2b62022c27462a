/** The Service Bus SDK as the gateway and the workers use it: how to connect, and messages from and to envelopes. */
@NullMarked
package dev.penstock.messaging;

import org.jspecify.annotations.NullMarked;
