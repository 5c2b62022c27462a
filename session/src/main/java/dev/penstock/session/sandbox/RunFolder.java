package dev.penstock.session.sandbox;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Set;

/**
 * The folder of one stage of one run, on the host's side. A program in a sandbox can read {@link #in()} and write
 * nothing of it; the report and the archive are opened before the program exists.
 *
 * @param uid
 *            the user whom the program runs as, and no other program at the same time; 0 when nobody drops to another
 */
public record RunFolder(Path path, int uid) {
    private static final String STDIN = "stdin";
    private static final String ARCHIVE = "archive";
    private static final Set<PosixFilePermission> OWNER_ONLY = PosixFilePermissions.fromString("rwx------");
    private static final Set<PosixFilePermission> FOLDER_FOR_GROUP = PosixFilePermissions.fromString("rwxr-x---");
    private static final Set<PosixFilePermission> FILE_FOR_GROUP = PosixFilePermissions.fromString("rw-r-----");

    /** What the program is given. */
    public Path in() {
        return path.resolve("in");
    }

    /** Where the program works when it has no mounts of its own. */
    public Path work() {
        return path.resolve("work");
    }

    /** For temporary files of a program that has no /tmp of its own. */
    public Path temp() {
        return path.resolve("tmp");
    }

    /** Written by {@code init.pl}: one line. */
    public Path report() {
        return path.resolve("report");
    }

    /** Written by {@code init.pl} when asked for: the work folder as it was at the end. */
    public Path archive() {
        return path.resolve("archive");
    }

    /**
     * Makes the folder.
     *
     * @param withWork
     *            whether the program is to work in it, for want of mounts of its own
     */
    void create(boolean withWork) throws IOException {
        Files.createDirectory(path);
        Files.createDirectory(in());
        if (uid != 0) {
            Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rwx--x--x"));
        }
        if (withWork) {
            createForProgram(work());
            createForProgram(temp());
        }
    }

    private void createForProgram(Path own) throws IOException {
        Files.createDirectory(own);
        if (uid != 0) {
            Files.setPosixFilePermissions(own, OWNER_ONLY);
            Files.setAttribute(own, "unix:uid", uid);
        }
    }

    /** What the program reads as its input. */
    public void addStdin(byte[] content) throws IOException {
        Files.write(in().resolve(STDIN), content);
    }

    /** One of the submitted files; {@link Launch#names} has its name. */
    public void addFile(int number, byte[] content) throws IOException {
        Files.write(in().resolve(Integer.toString(number)), content);
    }

    /** Lets the archive of an earlier stage be unpacked in this one. */
    public void addArchive(Path archive) throws IOException {
        Files.createLink(in().resolve(ARCHIVE), archive);
    }

    /** The last thing to add: what is to be started. From here on the program's user can read all of it. */
    public void add(Launch launch) throws IOException {
        Files.write(in().resolve("launch"), launch.encoded());
        if (uid == 0) {
            return;
        }
        try (DirectoryStream<Path> files = Files.newDirectoryStream(in())) {
            for (Path file : files) {
                share(file, FILE_FOR_GROUP);
            }
        }
        share(in(), FOLDER_FOR_GROUP);
    }

    /** File by file: a folder that hands its group on (setgid) needs CAP_FSETID, which containers may lack. */
    private void share(Path shared, Set<PosixFilePermission> permissions) throws IOException {
        Files.setAttribute(shared, "unix:gid", uid);
        Files.setPosixFilePermissions(shared, permissions);
    }

    /** Where programs could make files, they may have left some that {@code init.pl} had no time to remove. */
    void delete() throws IOException {
        if (Files.exists(work(), LinkOption.NOFOLLOW_LINKS) || Files.exists(temp(), LinkOption.NOFOLLOW_LINKS)) {
            Files.setPosixFilePermissions(path, OWNER_ONLY);
            FileTool.remove(path);
            return;
        }
        try (DirectoryStream<Path> files = Files.newDirectoryStream(in())) {
            for (Path file : files) {
                Files.delete(file);
            }
        }
        Files.delete(in());
        Files.deleteIfExists(report());
        Files.deleteIfExists(archive());
        Files.delete(path);
    }
}
