/** Which languages there are and how each is compiled and run: {@code languages.json} as records. */
@NullMarked
package dev.penstock.session.language;

import org.jspecify.annotations.NullMarked;
