@NullMarked
package dev.penstock.session.run;

import org.jspecify.annotations.NullMarked;
