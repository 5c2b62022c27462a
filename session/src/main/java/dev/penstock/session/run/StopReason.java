package dev.penstock.session.run;

/** Why a stage was stopped before it ended by itself. */
public enum StopReason {
    WALL_TIME, CPU_TIME, MEMORY, STDOUT, STDERR, DISK, FILES
}
