package dev.penstock.contracts;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.Objects;

/**
 * What a stage wrote to one stream: the head of it.
 *
 * @param content
 *            the text, or base64 where the bytes are not UTF-8, as {@code encoding} says
 * @param bytes
 *            how many bytes the program wrote, as far as they were read; more than {@code content} holds when truncated
 * @param truncated
 *            whether something is missing at the end
 */
public record Output(String content, Encoding encoding, long bytes, boolean truncated) {
    private static final int PIECE = 8192;
    public static final Output EMPTY = new Output("", Encoding.UTF_8, 0, false);

    public Output {
        Objects.requireNonNull(content, "content");
        encoding = Objects.requireNonNullElse(encoding, Encoding.UTF_8);
    }

    /** A complete text. */
    public static Output of(String text) {
        return of(text.getBytes(StandardCharsets.UTF_8));
    }

    /** Complete bytes, as text where they are valid UTF-8. */
    public static Output of(byte[] all) {
        return head(all, all.length);
    }

    /**
     * The kept head of a longer stream.
     *
     * @param total
     *            how many bytes there were; at least {@code kept.length}
     */
    public static Output head(byte[] kept, long total) {
        boolean truncated = total > kept.length;
        byte[] whole = truncated ? withoutSplitCharacter(kept) : kept;
        return isText(whole)
                ? new Output(new String(whole, StandardCharsets.UTF_8), Encoding.UTF_8, total, truncated)
                : new Output(Base64.getEncoder().encodeToString(kept), Encoding.BASE64, total, truncated);
    }

    /** Looked through piece by piece: decoded at once, the characters would take twice the memory of the bytes. */
    private static boolean isText(byte[] bytes) {
        CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
        ByteBuffer rest = ByteBuffer.wrap(bytes);
        CharBuffer piece = CharBuffer.allocate(PIECE);
        CoderResult result;
        do {
            piece.clear();
            result = decoder.decode(rest, piece, true);
        } while (result.isOverflow());
        return !result.isError();
    }

    /** The kept bytes. */
    public byte[] toBytes() {
        return switch (encoding) {
            case UTF_8 -> content.getBytes(StandardCharsets.UTF_8);
            case BASE64 -> Base64.getDecoder().decode(content);
        };
    }

    /** This output with at most that many bytes kept, marked when that took something away. */
    public Output keep(int maxBytes) {
        byte[] all = toBytes();
        return all.length <= maxBytes ? this : head(Arrays.copyOf(all, maxBytes), Math.max(bytes, all.length));
    }

    /** This output with its head only, so that the content takes at most that many bytes in a JSON string. */
    public Output keepEncoded(int maxBytes) {
        return switch (encoding) {
            case UTF_8 -> {
                int end = encodedHead(maxBytes);
                yield end == content.length()
                        ? this
                        : keep(content.substring(0, end).getBytes(StandardCharsets.UTF_8).length);
            }
            // What is left may be text, which can be longer in JSON than base64 of as many bytes.
            case BASE64 -> content.length() <= maxBytes ? this : keep(maxBytes / 4 * 3).keepEncoded(maxBytes);
        };
    }

    /** How many bytes the content takes in a JSON string. */
    public int encodedLength() {
        return encoding == Encoding.BASE64
                ? content.length()
                : content.codePoints().map(Output::encodedLength).sum();
    }

    /** How many characters of the text fit. */
    private int encodedHead(int maxBytes) {
        int bytes = 0;
        int at = 0;
        while (at < content.length()) {
            int character = content.codePointAt(at);
            bytes += encodedLength(character);
            if (bytes > maxBytes) {
                return at;
            }
            at += Character.charCount(character);
        }
        return at;
    }

    /** In JSON as {@link Json#MAPPER} writes it: beyond the basic plane as two escapes. */
    private static int encodedLength(int character) {
        return switch (character) {
            case '"', '\\', '\b', '\t', '\n', '\f', '\r' -> 2;
            default -> {
                if (character < 0x20) {
                    yield 6;
                }
                yield character < 0x80 ? 1 : character < 0x800 ? 2 : character < 0x10000 ? 3 : 12;
            }
        };
    }

    /** A cut may fall inside a UTF-8 sequence: such a tail of up to three bytes is not the program's fault. */
    private static byte[] withoutSplitCharacter(byte[] head) {
        for (int back = 1; back <= Math.min(3, head.length); back++) {
            int b = head[head.length - back] & 0xff;
            int needed = b >= 0xf0 ? 4 : b >= 0xe0 ? 3 : b >= 0xc0 ? 2 : 1;
            if (b >= 0xc0) {
                return needed > back ? Arrays.copyOf(head, head.length - back) : head;
            }
            if (b < 0x80) {
                return head;
            }
        }
        return head;
    }
}
