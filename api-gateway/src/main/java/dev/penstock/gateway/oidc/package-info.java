/** Callers by tokens of an OpenID Connect issuer, such as Microsoft Entra. */
@NullMarked
package dev.penstock.gateway.oidc;

import org.jspecify.annotations.NullMarked;
