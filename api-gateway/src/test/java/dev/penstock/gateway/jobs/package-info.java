@NullMarked
package dev.penstock.gateway.jobs;

import org.jspecify.annotations.NullMarked;
