package dev.penstock.session.language;

import com.fasterxml.jackson.core.type.TypeReference;
import dev.penstock.contracts.Json;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * One entry of {@code languages.json}. Words of commands and values of the environment may hold {@code {tool}} for each
 * of the tools, {@code {work}} and {@code {temp}} for the folders, {@code {main}} for the first file, {@code {class}} for its name without
 * folders and ending, after its package if it declares one, {@code {heapMib}} for what a garbage collector may take of the memory limit. A word that is
 * {@code {sources}} stands for all files with one of the endings, {@code {others}} for those but the first. The program's arguments follow the run command.
 *
 * @param aliases
 *            other names that mean the same
 * @param tools
 *            program names by the word that stands for them; of several names the first that is there is taken
 * @param version
 *            a command that prints the version, as the first number with a dot
 * @param versionInput
 *            what that command reads
 * @param source
 *            what the first file is called when it was sent without a name
 * @param namedAfter
 *            a pattern whose group finds in that file what it must be called instead, without its ending
 * @param packaged
 *            a pattern whose group finds the package that a file declares
 * @param added
 *            files that lie in the work folder beside the program's, by their names
 * @param endings
 *            of source files; that of {@code source} unless said
 * @param compile
 *            empty for languages without a compile step
 * @param environment
 *            added to what every program gets
 * @param lineBuffered
 *            whether the program's output waits in the C library's buffers: there it is to wait for the end of a line only,
 *            so that what was printed before a limit is seen
 * @param outOfMemory
 *            a pattern of what the runtime prints on stderr when it dies because its heap is full
 */
public record Language(String name, List<String> aliases, Map<String, List<String>> tools, List<String> version,
        String versionInput, String source, @Nullable Pattern namedAfter, @Nullable Pattern packaged,
        List<String> endings, Map<String, String> added, List<String> compile, List<String> run,
        Map<String, String> environment, Boolean lineBuffered, @Nullable Pattern outOfMemory) {
    public Language {
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(source, "source");
        aliases = List.copyOf(Objects.requireNonNullElse(aliases, List.of()));
        tools = Map.copyOf(tools);
        version = List.copyOf(version);
        versionInput = Objects.requireNonNullElse(versionInput, "");
        endings = List.copyOf(
                Objects.requireNonNullElseGet(endings, () -> List.of(source.substring(source.lastIndexOf('.')))));
        compile = List.copyOf(Objects.requireNonNullElse(compile, List.of()));
        run = List.copyOf(run);
        added = Map.copyOf(Objects.requireNonNullElse(added, Map.of()));
        environment = Map.copyOf(Objects.requireNonNullElse(environment, Map.of()));
        lineBuffered = Objects.requireNonNullElse(lineBuffered, false);
    }

    /** All that this build knows, whether or not they are installed. */
    public static List<Language> all() {
        try (InputStream file = Objects.requireNonNull(Language.class.getResourceAsStream("languages.json"))) {
            return Json.MAPPER.readValue(file, new TypeReference<>() {
            });
        } catch (IOException broken) {
            throw new UncheckedIOException(broken);
        }
    }

    /** What the first file of a program is called when it was sent without a name. */
    public String sourceName(String content) {
        return find(namedAfter, content).map(name -> name + source.substring(source.lastIndexOf('.'))).orElse(source);
    }

    /** The package that a file declares, or empty. */
    Optional<String> packageOf(String content) {
        return find(packaged, content);
    }

    /** What the group matches first: what a pattern matches without it, such as comments, is passed over. */
    private static Optional<String> find(@Nullable Pattern pattern, String content) {
        return Optional.ofNullable(pattern)
                .flatMap(own -> own.matcher(content)
                        .results()
                        .flatMap(match -> Stream.ofNullable(match.group(1)))
                        .findFirst());
    }

    /** Whether that is how this language's runtime complains about memory. */
    boolean saysOutOfMemory(String stderr) {
        return Optional.ofNullable(outOfMemory)
                .filter(complaint -> complaint.matcher(stderr).find())
                .isPresent();
    }
}
