package dev.penstock.gateway.http;

import java.util.Optional;

/** Which texts are taken from callers. */
final class TextRules {
    private TextRules() {}

    /** What is wrong with a text that must be writable as UTF-8, in at most so many characters; empty if nothing is. */
    static Optional<String> fault(String text, int longest) {
        int length = text.codePointCount(0, text.length());
        if (length > longest) {
            return Optional.of("must have at most " + longest + " characters; this one has " + length);
        }
        return hasLoneSurrogate(text)
                ? Optional.of("must not contain half a surrogate pair; send such bytes as base64")
                : Optional.empty();
    }

    /** As {@link #fault}; nor may there be NUL, which no program's source or argument can hold. */
    static Optional<String> faultOrNul(String text, int longest) {
        return text.indexOf('\0') >= 0
                ? Optional.of("must not contain NUL characters")
                : fault(text, longest);
    }

    private static boolean hasLoneSurrogate(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (Character.isSurrogate(text.charAt(i))) {
                if (!Character.isSupplementaryCodePoint(text.codePointAt(i))) {
                    return true;
                }
                i++;
            }
        }
        return false;
    }
}
