package dev.penstock.contracts;

import com.fasterxml.jackson.annotation.JsonProperty;

/** What to do when the call to the session broke after it was sent, so that the program may have run. */
public enum OnLost {
    /** Run it again: right for programs without effects outside the session. */
    @JsonProperty("retry")
    RETRY,
    /** End the job with {@code platform_error}; best effort, see {@code docs/decisions.md}. */
    @JsonProperty("fail")
    FAIL
}
