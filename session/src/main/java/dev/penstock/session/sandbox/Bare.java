package dev.penstock.session.sandbox;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * No isolation at all: programs run as the user who started the container, see what that user sees, and are bounded by
 * resource limits only. For {@code --unsafe}.
 */
public record Bare(Home home) implements Sandbox {
    @Override
    public String name() {
        return "none";
    }

    @Override
    public String description() {
        return "none: programs can read, change and kill whatever the user of this process can";
    }

    @Override
    public Path workFolder(RunFolder folder) {
        return folder.work();
    }

    @Override
    public int depth() {
        return 1;
    }

    @Override
    public boolean countsProcesses() {
        return false;
    }

    @Override
    public List<String> command(Launch launch) {
        RunFolder folder = launch.folder();
        var command = new ArrayList<String>(List.of("env", "--chdir=" + folder.work(), "--"));
        command.addAll(Sandbox.init(home.init(), "children", folder.in()));
        return command;
    }
}
