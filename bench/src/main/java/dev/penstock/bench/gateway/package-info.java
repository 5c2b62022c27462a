/** What submits, waiting clients and reads cost at the gateway. Read {@code GatewayBench} first. */
@NullMarked
package dev.penstock.bench.gateway;

import org.jspecify.annotations.NullMarked;
