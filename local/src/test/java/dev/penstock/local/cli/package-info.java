@NullMarked
package dev.penstock.local.cli;

import org.jspecify.annotations.NullMarked;
