package dev.penstock.session.language;

import com.fasterxml.jackson.core.type.TypeReference;
import dev.penstock.contracts.Json;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * One entry of {@code languages.json}. Words of a command may hold {@code {tool}} for each of the tools, {@code {main}}
 * for the first file, {@code {work}} for the work folder; a word that is {@code {sources}} stands for all files that end
 * like {@code source}. The program's arguments follow the run command.
 *
 * @param aliases
 *            other names that mean the same
 * @param tools
 *            program names by the word that stands for them; of several names the first that is there is taken
 * @param version
 *            the command whose first line of output tells the version
 * @param source
 *            what the first file is called when it was sent without a name
 * @param compile
 *            empty for languages without a compile step
 * @param environment
 *            added to what every program gets
 */
public record Language(String name, List<String> aliases, Map<String, List<String>> tools, List<String> version,
        String source, List<String> compile, List<String> run, Map<String, String> environment) {
    public Language {
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(source, "source");
        aliases = List.copyOf(Objects.requireNonNullElse(aliases, List.of()));
        // The first tool names the language's version, so their order counts.
        tools = new LinkedHashMap<>(tools);
        version = List.copyOf(version);
        compile = List.copyOf(Objects.requireNonNullElse(compile, List.of()));
        run = List.copyOf(run);
        environment = Map.copyOf(Objects.requireNonNullElse(environment, Map.of()));
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
}
