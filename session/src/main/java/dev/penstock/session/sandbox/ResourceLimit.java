package dev.penstock.session.sandbox;

/**
 * A limit that the kernel holds a process and its children to.
 *
 * @param soft
 *            at which the kernel complains
 * @param hard
 *            above which the program can't raise it
 */
public record ResourceLimit(Resource resource, long soft, long hard) {
    /** Those that programs are given; numbers are Linux's. */
    public enum Resource {
        /** Seconds of CPU time. */
        CPU(0),
        /** Bytes of a file. */
        FILE_SIZE(1),
        /** Bytes of what a crash leaves. */
        CORE(4),
        /** Processes and threads of the user. */
        PROCESSES(6), OPEN_FILES(7);

        private final int number;

        Resource(int number) {
            this.number = number;
        }
    }

    public static ResourceLimit of(Resource resource, long most) {
        return new ResourceLimit(resource, most, most);
    }

    /** What {@code init.pl} reads. */
    String encoded() {
        return resource.number + ":" + soft + ":" + hard;
    }
}
