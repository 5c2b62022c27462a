package dev.penstock.servicebus.entity;

/**
 * When something happens, by two clocks.
 *
 * @param wall epoch milliseconds as clients know them: for schedules and times to live
 * @param steady milliseconds of {@link SteadyTime}: for what lasts, such as locks and waits
 */
record Moment(long wall, long steady) {
    /** A steady time as clients are shown it. */
    long toWall(long steadyTime) {
        return steadyTime == Message.FOREVER ? Message.FOREVER : steadyTime - steady + wall;
    }

    /** The opposite of {@link #toWall}. */
    long toSteady(long wallTime) {
        return wallTime - wall + steady;
    }
}
