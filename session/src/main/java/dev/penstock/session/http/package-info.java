/** HTTP in Azure's request shapes: requests read and checked, answers written in the shape that was asked. */
@NullMarked
package dev.penstock.session.http;

import org.jspecify.annotations.NullMarked;
