/** What the gateway does with jobs, apart from HTTP and messages. */
@NullMarked
package dev.penstock.gateway.jobs;

import org.jspecify.annotations.NullMarked;
