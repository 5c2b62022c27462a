@NullMarked
package dev.penstock.session.piston;

import org.jspecify.annotations.NullMarked;
