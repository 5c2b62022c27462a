package dev.penstock.session.http;

import dev.penstock.contracts.Limits;
import dev.penstock.contracts.SourceFile;
import dev.penstock.session.run.ProgramRun;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A checked request to run a program, whatever shape it came in.
 *
 * @param language
 *            as asked, any case
 * @param version
 *            {@code null} takes what is there
 * @param files
 *            at least one; the first may have the empty name, which means the language's usual one
 * @param cases
 *            at least one
 * @param tests
 *            whether the cases were sent as {@code tests} and want an answer each
 * @param testsWallTimeMs
 *            what the cases may take together; {@code null} for as long as a run may take at most
 * @param keepBytes
 *            how long each stream may be in the answer, as JSON; {@code null} for all that was kept of it, and for the
 *            fields that clients of Azure look for
 */
record ExecuteRequest(Shape shape, @Nullable String jobId, String language, @Nullable String version,
        List<SourceFile> files, List<ProgramRun.Case> cases, boolean tests, Map<String, String> environment,
        Limits limits, Limits compileLimits, @Nullable Long testsWallTimeMs, @Nullable Integer keepBytes) {
    /** How the request was written, and so how the answer is. */
    enum Shape {
        /** {@code {"code": …}}, as Azure's newer API versions have it. */
        FLAT,
        /** {@code {"properties": {"code": …}}}, as the older ones have it. */
        WRAPPED
    }
}
