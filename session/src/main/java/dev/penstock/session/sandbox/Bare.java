package dev.penstock.session.sandbox;

import java.util.ArrayList;
import java.util.List;

/**
 * No isolation at all: programs run as the user who started the container, see what that user sees, and are bounded by
 * resource limits only. For {@code --unsafe}.
 */
public record Bare(Home home) implements Sandbox.OnTheSystem {
    @Override
    public String name() {
        return "none";
    }

    @Override
    public String description() {
        return "none: programs can read, change and kill whatever the user of this process can";
    }

    @Override
    public boolean countsProcesses() {
        return false;
    }

    @Override
    public List<String> command(Launch launch) {
        var command = new ArrayList<String>(Sandbox.OnTheSystem.inWorkFolder(launch));
        command.addAll(Sandbox.init(home.init(), "children", "none", launch.folder().in()));
        return command;
    }
}
