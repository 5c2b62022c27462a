package dev.penstock.session.sandbox;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * The container's own folder: the scripts that sandboxes start from, the {@code /etc} that programs see, and a folder
 * for each stage that runs. Hands out users too: as root, every stage gets one that no other stage has at the time.
 * Thread safe.
 */
public final class Home implements AutoCloseable {
    /** What programs see of the system's /etc: what compilers and loaders can't do without, and no more. */
    private static final List<String> SYSTEM_ETC = List.of("alternatives", "ld.so.cache", "localtime", "java-",
            "perl", "php", "mono", "fpc.cfg", "nim", "R");
    private static final String PASSWD = "root:x:0:0::/root:/bin/sh\nsandbox:x:1000:1000::/work:/bin/sh\n";
    private static final String GROUP = "root:x:0:\nsandbox:x:1000:\n";

    private final OwnFolder own;
    private final Path folder;
    private final boolean root;
    private final List<Path> systemEtc;
    private final Users users;
    private final BlockingQueue<Integer> uids;
    private final Consumer<IOException> leftBehind;
    private final AtomicLong runs = new AtomicLong();

    private Home(OwnFolder own, boolean root, List<Path> systemEtc, Users users,
            Consumer<IOException> leftBehind) {
        this.own = own;
        this.folder = own.path();
        this.root = root;
        this.systemEtc = systemEtc;
        this.users = users;
        this.uids = new ArrayBlockingQueue<>(users.count());
        for (int i = 0; i < users.count(); i++) {
            uids.add(root ? users.first() + i : 0);
        }
        this.leftBehind = leftBehind;
    }

    /**
     * Makes the folder, and removes those that dead containers have left in the same place.
     *
     * @param parent
     *            where; must exist
     * @param firstUid
     *            of the users for stages; ignored unless this process is root
     * @param stages
     *            how many run at the same time at most
     * @param leftBehind
     *            told when a run's folder could not be removed
     */
    public static Home create(Path parent, int firstUid, int stages, Consumer<IOException> leftBehind)
            throws IOException {
        OwnFolder.removeLeftovers(parent, leftBehind);
        OwnFolder own = OwnFolder.create(parent);
        Path folder = own.path();
        boolean root = isRoot(folder);
        if (root) {
            Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx--x--x"));
        }
        for (String script : List.of("init.pl", "mounts.sh", "used.pl", "drop.pl")) {
            try (InputStream resource = Objects.requireNonNull(Home.class.getResourceAsStream(script), script)) {
                Files.copy(resource, folder.resolve(script));
            }
        }
        List<Path> systemEtc = prepareEtc(folder.resolve("etc"));
        if (root) {
            showToPrograms(folder);
        }
        return new Home(own, root, systemEtc, new Users(firstUid, stages), leftBehind);
    }

    /** Whatever this process's umask is: the scripts, and {@code etc} with all in it. */
    private static void showToPrograms(Path folder) throws IOException {
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path path : all.filter(path -> !path.equals(folder) && !OwnFolder.isLock(path)).toList()) {
                Files.setPosixFilePermissions(path, PosixFilePermissions
                        .fromString(Files.isDirectory(path) ? "rwxr-xr-x" : "rw-r--r--"));
            }
        }
    }

    private static boolean isRoot(Path own) throws IOException {
        return Objects.equals(Files.getAttribute(own, "unix:uid"), 0);
    }

    /** Mount points for parts of the system's /etc stand empty between the few files of our own. */
    private static List<Path> prepareEtc(Path etc) throws IOException {
        Files.createDirectory(etc);
        Files.writeString(etc.resolve("passwd"), PASSWD);
        Files.writeString(etc.resolve("group"), GROUP);
        Files.writeString(etc.resolve("hosts"), "127.0.0.1 localhost\n");
        try (Stream<Path> all = Files.list(Path.of("/etc"))) {
            List<Path> wanted = all.filter(Home::isWanted).sorted().toList();
            for (Path path : wanted) {
                Path point = etc.resolve(path.getFileName());
                if (Files.isDirectory(path)) {
                    Files.createDirectory(point);
                } else {
                    Files.createFile(point);
                }
            }
            return wanted;
        }
    }

    private static boolean isWanted(Path path) {
        String name = path.getFileName().toString();
        return Files.isReadable(path) && SYSTEM_ETC.stream()
                .anyMatch(own -> own.endsWith("-") ? name.startsWith(own) : name.equals(own));
    }

    /** Whom programs are given where this process is root. */
    Users users() {
        return users;
    }

    /** Whether programs can be given users of their own. */
    public boolean hasUsers() {
        return root;
    }

    /** A fresh folder for that kind of sandbox; give it back with {@link #remove}. Waits for none: there are as many as stages may run. */
    public RunFolder newRun(Sandbox sandbox) throws IOException, InterruptedException {
        int uid = uids.take();
        RunFolder run = new RunFolder(folder.resolve("run-" + runs.incrementAndGet()), uid);
        try {
            run.create(sandbox instanceof Sandbox.OnTheSystem);
            return run;
        } catch (IOException | RuntimeException failed) {
            uids.add(uid);
            throw failed;
        }
    }

    /** To be called when no process of the stage is left. What can't be removed now is tried again at {@link #close}. */
    public void remove(RunFolder run) {
        try {
            run.delete();
        } catch (IOException failed) {
            leftBehind.accept(failed);
        } finally {
            uids.add(run.uid());
        }
    }

    /** The command prefix by which root becomes the stage's user; empty for anyone else. */
    List<String> dropTo(int uid) {
        return uid == 0
                ? List.of()
                : List.of("perl", folder.resolve("drop.pl").toString(), Sandbox.machine(), Integer.toString(uid));
    }

    Path init() {
        return folder.resolve("init.pl");
    }

    Path mounts() {
        return folder.resolve("mounts.sh");
    }

    Path etc() {
        return folder.resolve("etc");
    }

    List<Path> systemEtc() {
        return systemEtc;
    }

    /** Removes the folder and all that is left in it. */
    @Override
    public void close() {
        try {
            FileTool.remove(folder);
            own.close();
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }
}
