package dev.penstock.contracts;

import com.fasterxml.jackson.annotation.JsonProperty;

/** How bytes are written into a JSON string. */
public enum Encoding {
    /** The string is the text. */
    @JsonProperty("utf-8")
    UTF_8,
    /** The string is RFC 4648 base64 with padding. */
    @JsonProperty("base64")
    BASE64
}
