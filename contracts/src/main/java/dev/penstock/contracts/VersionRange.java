package dev.penstock.contracts;

import java.util.Arrays;
import java.util.Locale;

/**
 * Which versions a client will take, in npm's words as Piston's clients use them: {@code *}, a version or its beginning
 * ({@code 3}, {@code 3.11}, {@code 3.x}); one with {@code ^} (same major), {@code ~} (same minor) or a comparison before it;
 * several with spaces between, which must all hold; {@code 3.10 - 3.12}; and any of these by {@code ||}. What is not
 * understood matches nothing.
 */
record VersionRange(String text) {
    /** Longer ones mean nothing, and would take long to look through. */
    private static final int MAX_LENGTH = 100;

    boolean contains(String version) {
        return text.length() <= MAX_LENGTH && Arrays.stream(text.toLowerCase(Locale.ROOT).split("\\|\\|"))
                .anyMatch(one -> containsAll(one, version));
    }

    private static boolean containsAll(String comparisons, String version) {
        String joined = comparisons.strip()
                .replaceAll("(\\S+)\\s+-\\s+(\\S+)", ">=$1 <=$2")
                .replaceAll("([<>=^~])\\s+", "$1");
        return !joined.isEmpty()
                && Arrays.stream(joined.split("\\s+")).allMatch(comparison -> contains(comparison, version));
    }

    private static boolean contains(String comparison, String version) {
        int digit = 0;
        while (digit < comparison.length() && "<>=^~v".indexOf(comparison.charAt(digit)) >= 0) {
            digit++;
        }
        String wanted = comparison.substring(digit);
        if (!wanted.matches("[0-9x*].*")) {
            return false;
        }
        int order = compare(version, wanted);
        boolean starts = startsLike(version, wanted, Integer.MAX_VALUE);
        return switch (comparison.substring(0, digit).replace("v", "")) {
            case ">=" -> order >= 0;
            case ">" -> order > 0 && !starts;
            case "<=" -> order <= 0 || starts;
            case "<" -> order < 0;
            case "^" -> startsLike(version, wanted, 1) && order >= 0;
            case "~" -> startsLike(version, wanted, 2) && order >= 0;
            case "", "=" -> {
                String beginning = wanted.replaceAll("(^|\\.)[x*](\\.[x*])*$", "");
                yield beginning.isEmpty() ? !wanted.isEmpty() : startsLike(version, beginning, Integer.MAX_VALUE);
            }
            default -> false;
        };
    }

    private static boolean startsLike(String version, String beginning, int parts) {
        String[] wanted = beginning.split("\\.");
        String[] actual = version.split("\\.");
        int count = Math.min(parts, wanted.length);
        return count <= actual.length && Arrays.equals(wanted, 0, count, actual, 0, count);
    }

    static int compare(String left, String right) {
        String[] one = left.split("\\.");
        String[] other = right.split("\\.");
        for (int i = 0; i < Math.max(one.length, other.length); i++) {
            int difference = Integer.compare(number(one, i), number(other, i));
            if (difference != 0) {
                return difference;
            }
        }
        return 0;
    }

    private static int number(String[] parts, int index) {
        return index < parts.length && parts[index].matches("\\d{1,9}") ? Integer.parseInt(parts[index]) : 0;
    }
}
