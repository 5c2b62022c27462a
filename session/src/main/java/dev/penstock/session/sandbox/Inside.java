package dev.penstock.session.sandbox;

import java.nio.file.Path;

/** Where things are for a program in a namespace sandbox; {@code mounts.sh} knows the same places. */
final class Inside {
    static final Path WORK = Path.of("/work");
    static final Path TEMP = Path.of("/tmp");
    static final Path IN = Path.of("/penstock/in");
    static final Path INIT = Path.of("/penstock/init.pl");

    private Inside() {}
}
