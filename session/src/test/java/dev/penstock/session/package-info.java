@NullMarked
package dev.penstock.session;

import org.jspecify.annotations.NullMarked;
