package dev.penstock.contracts;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SourceFileTest {
    @ParameterizedTest
    @ValueSource(strings = {"main.py", "src/util/a.py", "with space.txt", "..a", "a..b", "ünï.py", "a/b/c/d/e/f/g/h"})
    void names_that_stay_in_their_folder_are_taken(String name) {
        assertThat(SourceFile.nameProblem(name)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "/etc/passwd", "../x", "a/../b", "a/./b", "a//b", "a/", ".", "..", "a\\b", "a\u0000b",
            "a\nb", "\u007f", "a/b/c/d/e/f/g/h/i"})
    void names_that_could_lead_elsewhere_are_refused(String name) {
        assertThat(SourceFile.nameProblem(name)).isPresent();
    }
}
