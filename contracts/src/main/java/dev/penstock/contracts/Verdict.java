package dev.penstock.contracts;

import com.fasterxml.jackson.annotation.JsonProperty;

/** How a program ended, as seen from outside it. The platform's own failures are never a verdict (decision 8). */
public enum Verdict {
    /** It ran to its end and exited with 0. */
    @JsonProperty("ok")
    OK, @JsonProperty("nonzero_exit")
    NONZERO_EXIT, @JsonProperty("compile_error")
    COMPILE_ERROR,
    /** Stopped at its wall-clock or CPU time limit. */
    @JsonProperty("time_limit")
    TIME_LIMIT, @JsonProperty("memory_limit")
    MEMORY_LIMIT,
    /** Stopped because it printed more than it may. */
    @JsonProperty("output_limit")
    OUTPUT_LIMIT,
    /** Ended by a signal that none of the limits sent. */
    @JsonProperty("signal")
    SIGNAL
}
