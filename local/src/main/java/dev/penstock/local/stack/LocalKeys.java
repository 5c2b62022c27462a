package dev.penstock.local.stack;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.Base64;

/** Random keys of a local stack, one file each that only its owner can read; the same again at the next start. */
public final class LocalKeys {
    private static final int KEY_BYTES = 32;
    private static final SecureRandom RANDOM = new SecureRandom();

    private final Path folder;

    /** The folder is made, for its owner only, when it is missing. */
    public LocalKeys(Path folder) {
        this.folder = folder;
        try {
            Files.createDirectories(folder,
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        } catch (IOException full) {
            throw new UncheckedIOException("can't make the folder " + folder, full);
        }
    }

    /** The gateway's API key. */
    public String apiKey() {
        return key(folder.resolve("api-key"), "pk_" + Base64.getUrlEncoder().withoutPadding().encodeToString(random()));
    }

    /** What webhook secrets are encrypted with in the store. */
    public String secretKey() {
        return key(folder.resolve("secret-key"), Base64.getEncoder().encodeToString(random()));
    }

    /** The bearer token of the local pool. */
    public String poolToken() {
        return key(folder.resolve("pool-token"), Base64.getUrlEncoder().withoutPadding().encodeToString(random()));
    }

    /** The bearer token of the session container, which only the pool knows. */
    public String sessionToken() {
        return key(folder.resolve("session-token"), Base64.getUrlEncoder().withoutPadding().encodeToString(random()));
    }

    /** The shared access key of the embedded Service Bus. */
    public String serviceBusKey() {
        return key(folder.resolve("servicebus-key"), randomServiceBusKey());
    }

    private static byte[] random() {
        byte[] bytes = new byte[KEY_BYTES];
        RANDOM.nextBytes(bytes);
        return bytes;
    }

    static String randomServiceBusKey() {
        return Base64.getEncoder().encodeToString(random());
    }

    /** The file's text; a missing file is made with the fresh one. */
    static String key(Path file, String fresh) {
        try {
            try {
                Files.createFile(file,
                        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
                Files.writeString(file, fresh, StandardCharsets.UTF_8, StandardOpenOption.TRUNCATE_EXISTING);
                return fresh;
            } catch (FileAlreadyExistsException fromLastTime) {
                return Files.readString(file, StandardCharsets.UTF_8).strip();
            }
        } catch (IOException unusable) {
            throw new UncheckedIOException("can't keep a key in " + file, unusable);
        }
    }
}
