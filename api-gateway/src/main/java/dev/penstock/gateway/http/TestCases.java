package dev.penstock.gateway.http;

import dev.penstock.contracts.Sizes;
import dev.penstock.contracts.TestCase;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** The {@code tests} of a submission: inputs for one program, each with what it should print. */
final class TestCases {
    private static final Set<String> NAMES = Set.of("id", "stdin", "expectedOutput");
    /** Longer text can't fit a job; the exact check is made on the encoded job. */
    private static final int LONGEST_TEXT = Sizes.MAX_JOB_BYTES;

    private TestCases() {}

    /** Empty where there are none; mistakes are noted in the fields. */
    static List<TestCase> read(Fields fields) {
        if (!fields.has("tests")) {
            return List.of();
        }
        if (fields.has("stdin")) {
            fields.wrong("stdin", "must be within each of the tests, not beside them");
        }
        Set<String> ids = new HashSet<>();
        return fields.objects("tests", Sizes.MAX_TESTS).stream().map(entry -> testCase(entry, ids)).toList();
    }

    private static TestCase testCase(Fields fields, Set<String> ids) {
        fields.allowing(NAMES);
        String id = fields.required("id", fields.textWithoutNul("id", Sizes.MAX_TEST_ID));
        if (!ids.add(id)) {
            fields.wrong("id", "must not be the id of another test case");
        }
        return new TestCase(id, fields.text("stdin", LONGEST_TEXT).orElse(""),
                fields.text("expectedOutput", LONGEST_TEXT).orElse(null));
    }
}
