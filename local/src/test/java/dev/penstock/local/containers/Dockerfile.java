package dev.penstock.local.containers;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import dev.penstock.contracts.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** {@code deploy/images/Dockerfile}, read: its stages with their instructions. */
record Dockerfile(Map<String, Stage> stages) {
    static final Path PATH = Path.of("../deploy/images/Dockerfile");
    private static final Pattern FROM = Pattern.compile("FROM (?<base>\\S+) AS (?<name>\\S+)");
    private static final Pattern ASSIGNMENT = Pattern.compile("(?<name>[A-Z_]+)=(?<value>\\S+)");

    /**
     * A stage.
     *
     * @param base
     *            another stage or an image
     */
    record Stage(String name, String base, List<Instruction> instructions) {
    }

    /** An instruction without its continuation lines' breaks and comments. */
    record Instruction(String keyword, String text) {
        /** The words of the exec form; empty for the shell form, which needs a shell of the image. */
        Optional<List<String>> words() {
            try {
                return text.startsWith("[")
                        ? Optional.of(Json.MAPPER.readValue(text, new TypeReference<List<String>>() {
                        }))
                        : Optional.empty();
            } catch (JsonProcessingException notJson) {
                throw new IllegalStateException("neither exec nor shell form: " + text, notJson);
            }
        }
    }

    static Dockerfile read() throws IOException {
        String text = Files.readString(PATH).replaceAll("(?m)^#.*\\n", "").replaceAll("\\\\\\n\\s*", " ");
        Map<String, Stage> stages = new LinkedHashMap<>();
        List<Instruction> current = new ArrayList<>();
        for (String line : text.lines().map(String::strip).filter(line -> !line.isEmpty()).toList()) {
            Matcher from = FROM.matcher(line);
            if (from.matches()) {
                current = new ArrayList<>();
                stages.put(from.group("name"), new Stage(from.group("name"), from.group("base"), current));
            } else {
                String[] parts = line.split(" ", 2);
                current.add(new Instruction(parts[0], parts[1].strip()));
            }
        }
        return new Dockerfile(stages);
    }

    Stage stage(String name) {
        return Objects.requireNonNull(stages.get(name), name);
    }

    /** From the first stage of this file that it rests on to itself. */
    List<Stage> ancestry(String name) {
        List<Stage> ancestry = new ArrayList<>();
        for (Stage stage = stages.get(name); stage != null; stage = stages.get(stage.base())) {
            ancestry.addFirst(stage);
        }
        return ancestry;
    }

    Map<String, String> environment(String target) {
        Map<String, String> environment = new LinkedHashMap<>();
        for (String text : texts(target, "ENV")) {
            ASSIGNMENT.matcher(text)
                    .results()
                    .forEach(match -> environment.put(match.group("name"), match.group("value")));
        }
        return environment;
    }

    List<String> entryPoint(String target) {
        return new Instruction("ENTRYPOINT", last(target, "ENTRYPOINT").orElseThrow()).words().orElseThrow();
    }

    List<String> healthCheck(String target) {
        String text = last(target, "HEALTHCHECK").orElseThrow();
        return new Instruction("CMD", text.substring(text.indexOf("CMD ") + 4)).words().orElseThrow();
    }

    /** The numeric user; 0 is root. */
    int user(String target) {
        return last(target, "USER").map(user -> Integer.parseInt(user.split(":")[0])).orElse(0);
    }

    private Optional<String> last(String target, String keyword) {
        return texts(target, keyword).stream().reduce((_, later) -> later);
    }

    private List<String> texts(String target, String keyword) {
        return ancestry(target).stream()
                .flatMap(stage -> stage.instructions().stream())
                .filter(instruction -> instruction.keyword().equals(keyword))
                .map(Instruction::text)
                .toList();
    }
}
