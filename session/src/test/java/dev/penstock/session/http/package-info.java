@NullMarked
package dev.penstock.session.http;

import org.jspecify.annotations.NullMarked;
