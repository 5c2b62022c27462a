package dev.penstock.session.run;

import dev.penstock.contracts.SourceFile;
import dev.penstock.session.language.InstalledLanguage;
import java.util.List;

/**
 * A program to compile and run, checked and with every limit decided.
 *
 * @param files
 *            their names are relative and stay inside a folder, see {@link SourceFile#nameProblem}
 */
@SuppressWarnings("ArrayRecordComponent") // made once and compared by nobody
public record ProgramRun(InstalledLanguage language, List<SourceFile> files, byte[] stdin, List<String> args,
        StageLimits compileLimits, StageLimits runLimits) {
    public ProgramRun {
        files = List.copyOf(files);
        args = List.copyOf(args);
    }
}
