package dev.penstock.session.sandbox;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * A user of its own for each stage, under resource limits, without namespaces: for a session of a pool, which is a
 * virtual machine of its own and grants no privileges, but starts the container as root. Programs can neither signal,
 * trace nor read the container or each other, and have no network; they see the system's files and processes.
 *
 * @param open
 *            where programs can make files beside their own folders
 */
public record OwnUser(Home home, OpenFolders open) implements Sandbox.OnTheSystem {
    /**
     * Looks for the folders in which programs can make files, and removes what programs of a dead container left there.
     *
     * @param home
     *            of a container that is root
     */
    public static OwnUser in(Home home) throws IOException {
        OpenFolders open = OpenFolders.find();
        open.removeAllOf(home.users());
        return new OwnUser(home, open);
    }

    @Override
    public String name() {
        return "own-user";
    }

    @Override
    public String description() {
        return "a user of its own for each program, under resource limits, no network; files and processes are those of"
                + " the enclosing session, which is trusted to isolate";
    }

    @Override
    public boolean countsProcesses() {
        return true;
    }

    @Override
    public List<String> command(Launch launch) {
        RunFolder folder = launch.folder();
        if (folder.uid() == 0) {
            throw new IllegalStateException("only root can give programs a user of their own");
        }
        var command = new ArrayList<String>(Sandbox.OnTheSystem.inWorkFolder(launch));
        command.addAll(Sandbox.init(home.init(), "uid", CallFilter.withoutNetwork(), folder.in()));
        command.add(Integer.toString(folder.uid()));
        open.paths().forEach(path -> command.add(path.toString()));
        return command;
    }
}
