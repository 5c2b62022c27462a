package dev.penstock.local.cli;

import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** A tenant's name as operators write it; lists have a line for each. */
final class TenantName implements ITypeConverter<String> {
    private static final int LONGEST = 200;

    @Override
    public String convert(String text) {
        if (text.isBlank() || text.length() > LONGEST || text.chars().anyMatch(c -> c < ' ')) {
            throw new TypeConversionException("a tenant's name has 1 to " + LONGEST
                    + " characters, none of them a control character");
        }
        return text;
    }
}
