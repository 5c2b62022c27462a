/**
 * What can be proved of the images and of {@code docker-compose.yml} without a container engine. Read
 * {@code ContainersWithoutEngineIT} first.
 */
@NullMarked
package dev.penstock.local.containers;

import org.jspecify.annotations.NullMarked;
