package dev.penstock.session.sandbox;

import java.util.ArrayList;
import java.util.List;

/** The same namespaces by {@code unshare} and {@code mount} of util-linux: slower, but these are everywhere. */
public record Unshare(Home home) implements Sandbox.InNamespaces {
    @Override
    public String name() {
        return "unshare";
    }

    @Override
    public String description() {
        return "own user, pid, mount, network, ipc and uts namespaces by unshare: read-only system, private /work and"
                + " /tmp in memory, no network";
    }

    @Override
    public List<String> command(Launch launch) {
        var command = new ArrayList<String>(home.dropTo(launch.folder().uid()));
        command.addAll(List.of("unshare", "--user", "--map-root-user", "--mount", "--pid", "--net", "--ipc", "--uts",
                "--fork", "--kill-child", "--mount-proc", "--propagation", "private", "--"));
        command.addAll(List.of("sh", home.mounts().toString(), Long.toString(launch.diskBytes()),
                home.etc().toString(), home.init().toString(), launch.folder().in().toString()));
        command.addAll(Sandbox.InNamespaces.init());
        return command;
    }
}
