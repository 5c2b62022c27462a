package dev.penstock.session;

import static dev.penstock.session.TestSession.limited;
import static dev.penstock.session.TestSession.verdict;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Programs that would fill the disk, or leave things on it that are hard to remove. */
class DiskProgramsTest extends InEachIsolation {
    private static final long MINUTE_MS = 60_000;

    @Test
    void fillingTheDiskEndsAtTheDiskLimit() throws Exception {
        JsonNode answer = session.run("python", """
                try:
                    with open('big', 'wb') as f:
                        while True: f.write(b'x' * (1 << 20))
                except OSError as e:
                    print(e.strerror)
                """);

        assertThat(answer.path("stdout").textValue()).isIn("No space left on device\n", "File too large\n");
    }

    @Test
    void manyFilesTogetherEndAtTheDiskLimit() throws Exception {
        JsonNode answer = session.run("python", limited("""
                written = 0
                for place in ('.', '/tmp', '/dev/shm'):
                    try:
                        for i in range(200):
                            with open(f'{place}/{i}', 'wb') as f: written += f.write(b'x' * (1 << 20))
                    except OSError as e:
                        print(e.strerror)
                print(written < 100 << 20)
                """, Map.of("wallTimeMs", MINUTE_MS)));

        if (hasNamespaces()) {
            assertThat(answer.path("stdout").textValue()).isEqualTo("No space left on device\n".repeat(3) + "True\n");
        } else {
            assertStoppedAtTheDiskLimit(answer);
        }
    }

    @Test
    void aGiantSparseFileIsRefused() throws Exception {
        JsonNode answer = session.run("python", """
                import os
                fd = os.open('sparse', os.O_CREAT | os.O_WRONLY)
                try: os.ftruncate(fd, 1 << 40)
                except OSError as e: print(e.strerror)
                """);

        assertThat(answer.path("stdout").textValue()).isEqualTo("File too large\n");
    }

    @Test
    void linksAndLockedFoldersAreRemovedAndNeverFollowed(@TempDir Path outside) throws Exception {
        Path precious = Files.writeString(outside.resolve("precious"), "kept");
        Files.setPosixFilePermissions(outside, PosixFilePermissions.fromString("rwxrwxrwx"));
        JsonNode answer = session.run("bash", "ln -s " + outside + " link; ln -s / root; mkdir -p locked/inner;"
                + " touch locked/inner/file; chmod 000 locked/inner locked; ln main.sh hard; echo made");

        assertThat(answer.path("stdout").textValue()).isEqualTo("made\n");
        assertThat(precious).hasContent("kept");
    }

    @Test
    void foldersNestedDeeperThanAnyPathAreRemoved() throws Exception {
        JsonNode answer = session.run("python", """
                import os
                for _ in range(1500):
                    os.mkdir('deeper')
                    os.chdir('deeper')
                print('deep')
                """);

        assertThat(answer.path("stdout").textValue()).isEqualTo("deep\n");
    }

    @Test
    void removingWhatAProgramLeftIsNotItsTime() throws Exception {
        JsonNode answer = session.run("python", limited("""
                import os, signal, time
                for _ in range(1900):
                    os.mkdir('x' * 255)
                    os.chdir('x' * 255)
                while time.process_time() < 0.9: pass
                os.kill(os.getpid(), signal.SIGKILL)
                """, Map.of("cpuTimeMs", 1000L, "wallTimeMs", MINUTE_MS)));

        assertThat(verdict(answer)).isEqualTo("signal");
        assertThat(answer.path("signal").textValue()).isEqualTo("SIGKILL");
    }

    @Test
    void everyLinkToAFileCountsAsOne() throws Exception {
        JsonNode answer = session.run("python", limited("""
                import os, time
                open('file', 'w').close()
                for i in range(60_000): os.link('file', f'{i:0250}')
                time.sleep(1000)
                """, Map.of("wallTimeMs", MINUTE_MS)));

        assertThat(verdict(answer)).isEqualTo("output_limit");
        assertThat(answer.path("message").textValue()).isEqualTo("stopped above 2000 files: its limit of files");
    }

    private static void assertStoppedAtTheDiskLimit(JsonNode answer) {
        assertThat(verdict(answer)).isEqualTo("output_limit");
        assertThat(answer.path("message").textValue()).isEqualTo("stopped above 32 MiB on disk: its disk limit");
    }

    @Test
    void filesWithoutANameCountAllTheSame() throws Exception {
        JsonNode answer = session.run("python", limited("""
                import os, time
                held = []
                for i in range(200):
                    held.append(open('gone', 'wb', 0))
                    os.unlink('gone')
                    held[-1].write(b'x' * (1 << 20))
                    print(i, flush=True)
                time.sleep(1000)
                """, Map.of("wallTimeMs", MINUTE_MS)));

        if (hasNamespaces()) {
            assertThat(answer.path("stdout").textValue().lines().toList()).hasSizeLessThan(50);
        } else {
            assertStoppedAtTheDiskLimit(answer);
        }
    }

    @Test
    void filesThatAreOnlyMappedCountAllTheSame() throws Exception {
        JsonNode answer = session.run("python", limited("""
                import mmap, os, time
                held = []
                try:
                    for i in range(200):
                        file = os.open('gone', os.O_CREAT | os.O_RDWR)
                        os.write(file, b'x' * (1 << 20))
                        held.append(mmap.mmap(file, 1 << 20))
                        os.unlink('gone')
                        os.close(file)
                    time.sleep(1000)
                except (OSError, ValueError):
                    print('full')
                """, Map.of("wallTimeMs", MINUTE_MS)));

        if (hasNamespaces()) {
            assertThat(answer.path("stdout").textValue()).isEqualTo("full\n");
        } else {
            assertStoppedAtTheDiskLimit(answer);
        }
    }

    @Test
    void aProgramThatHidesItsFilesFromBeingMeasuredIsStoppedToo() throws Exception {
        JsonNode answer = session.run("python", limited("""
                import ctypes, os, time
                ctypes.CDLL(None).prctl(4, 0, 0, 0, 0)
                os.mkdir('locked')
                for i in range(31): open(f'locked/{i}', 'wb').write(b'x' * (1 << 20))
                os.chmod('locked', 0)
                held = open('gone', 'wb', 0)
                os.unlink('gone')
                try:
                    while True: held.write(b'x' * (1 << 20))
                except OSError: print('full')
                if os.getuid() >= 100000: time.sleep(1000)
                """, Map.of("wallTimeMs", MINUTE_MS)));

        if (hasNamespaces()) {
            assertThat(answer.path("stdout").textValue()).isEqualTo("full\n");
        } else {
            assertStoppedAtTheDiskLimit(answer);
        }
    }

    @Test
    void aMillionTinyFilesAreTooMany() throws Exception {
        JsonNode answer = session.run("python", limited("""
                import os
                for i in range(1_000_000):
                    os.close(os.open(f'{("." , "/tmp", "/dev/shm")[i % 3]}/tiny{i}', os.O_CREAT))
                """, Map.of("wallTimeMs", MINUTE_MS)));

        assertThat(verdict(answer)).isEqualTo("output_limit");
        assertThat(answer.path("message").textValue()).isEqualTo("stopped above 2000 files: its limit of files");
    }

    @Test
    void filesOfAnyNameAreRemovedWhereverTheyWereMade() throws Exception {
        JsonNode answer = session.run("python", """
                import os
                for place in (b'.', b'/tmp', b'/var/tmp', b'/dev/shm', b'/run/lock', os.environb[b'TMPDIR']):
                    for name in (b'two\\nlines', b'\\xff\\xfe', b'-rf', b'x' * 255, b' ', b'*'):
                        try: os.mkdir(place + b'/' + name)
                        except OSError: pass
                        try: open(place + b'/' + name + b'/' + name, 'w').close()
                        except OSError: pass
                os.mkfifo('pipe')
                __import__('socket').socket(1).bind('socket')
                print('made')
                """);

        assertThat(answer.path("stdout").textValue()).isEqualTo("made\n");
    }
}
