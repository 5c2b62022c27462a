package dev.penstock.local.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What an operator mistypes is refused as a mistake of use or of a setting, not as a failure of ours. */
class OperatorsMistakesTest {
    @TempDir
    Path folder;

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"keys create --tenant BLANK | 64", "keys create --tenant oidc:alice | 64",
            "keys create --tenant acme --scope admin | 64", "keys revoke nobody | 64",
            "tenants limit BLANK --rate 1/1s | 64",
            "tenants limit acme --rate often | 64", "tenants webhook acme | 64", "tenants webhook acme --rotate | 64",
            "tenants webhook acme --url ftp://example.com | 64", "keys create --tenant acme | 0", "tenants list | 0"})
    void it_ends_with_the_exit_code_that_says_so(String command, int exitCode) {
        List<String> arguments = new ArrayList<>();
        for (String word : command.split(" ")) {
            arguments.add(word.equals("BLANK") ? " " : word);
        }
        arguments.addAll(List.of("--store", folder.resolve("jobs.db").toString()));

        assertThat(Penstock.commandLine().execute(arguments.toArray(String[]::new))).isEqualTo(exitCode);
    }
}
