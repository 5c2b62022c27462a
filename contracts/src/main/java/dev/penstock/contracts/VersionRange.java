package dev.penstock.contracts;

import java.util.Arrays;
import java.util.Locale;

/**
 * Which versions a client will take: {@code *}, a version or its beginning ({@code 3}, {@code 3.11}, {@code 3.x}), or one
 * with {@code ^} (same major), {@code ~} (same minor), {@code >=} before it. What is not understood matches nothing.
 */
record VersionRange(String text) {
    boolean contains(String version) {
        String range = text.strip().toLowerCase(Locale.ROOT);
        if (range.startsWith(">=")) {
            return compare(version, range.substring(2).strip()) >= 0;
        }
        if (range.startsWith("^")) {
            return startsLike(version, range.substring(1), 1) && compare(version, range.substring(1)) >= 0;
        }
        if (range.startsWith("~")) {
            return startsLike(version, range.substring(1), 2) && compare(version, range.substring(1)) >= 0;
        }
        String beginning = range.replaceAll("(^|\\.)[x*](\\.[x*])*$", "");
        return beginning.isEmpty() ? !range.isEmpty() : startsLike(version, beginning, Integer.MAX_VALUE);
    }

    private static boolean startsLike(String version, String beginning, int parts) {
        String[] wanted = beginning.split("\\.");
        String[] actual = version.split("\\.");
        int count = Math.min(parts, wanted.length);
        return count <= actual.length && Arrays.equals(wanted, 0, count, actual, 0, count);
    }

    private static int compare(String left, String right) {
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
