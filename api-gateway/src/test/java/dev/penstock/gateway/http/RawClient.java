package dev.penstock.gateway.http;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** HTTP over a bare socket: sends exactly what a test wants sent, right or wrong, and reads what comes back until the end. */
final class RawClient {
    private static final int PATIENCE_MS = 60_000;
    private static final byte[] HEAD_END = "\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

    private final int port;

    RawClient(int port) {
        this.port = port;
    }

    /**
     * An answer.
     *
     * @param headers
     *            by name, whatever its case
     */
    record Reply(int status, Map<String, List<String>> headers, String body) {
        String header(String name) {
            return String.join(", ", headers.getOrDefault(name, List.of()));
        }
    }

    /** One request on a connection of its own, which the gateway is asked to close. */
    Reply send(String method, String target, Map<String, String> headers, byte[] body) {
        Map<String, String> all = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        all.putAll(Map.of("Host", "localhost", "Connection", "close"));
        if (body.length > 0 || method.equals("POST")) {
            all.put("Content-Length", Integer.toString(body.length));
        }
        all.putAll(headers);
        StringBuilder head = new StringBuilder(method + " " + target + " HTTP/1.1\r\n");
        all.forEach((name, value) -> head.append(name).append(": ").append(value).append("\r\n"));
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        bytes.writeBytes(head.append("\r\n").toString().getBytes(StandardCharsets.UTF_8));
        bytes.writeBytes(body);
        List<Reply> replies = exchange(bytes.toByteArray());
        if (replies.size() != 1) {
            throw new AssertionError(replies.size() + " answers to " + method + " " + target);
        }
        return replies.getFirst();
    }

    /** Everything that comes back for these bytes until the gateway closes; final answers only. */
    List<Reply> exchange(byte[] request) {
        return parse(bytesFor(request));
    }

    private byte[] bytesFor(byte[] request) {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(PATIENCE_MS);
            Thread.ofVirtual().start(() -> write(socket, request));
            return readAll(socket);
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    /** A gateway that has heard enough may close before it has read all. */
    private static void write(Socket socket, byte[] request) {
        try {
            OutputStream out = socket.getOutputStream();
            out.write(request);
            out.flush();
        } catch (IOException closedMeanwhile) {
            // What was answered until then counts.
        }
    }

    private static byte[] readAll(Socket socket) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        byte[] buffer = new byte[8_192];
        try {
            for (int n = socket.getInputStream().read(buffer); n >= 0; n = socket.getInputStream().read(buffer)) {
                bytes.write(buffer, 0, n);
            }
        } catch (SocketException reset) {
            // As above: closing with unread input resets the connection.
        }
        return bytes.toByteArray();
    }

    private static List<Reply> parse(byte[] all) {
        List<Reply> replies = new ArrayList<>();
        int at = 0;
        while (at < all.length) {
            int headEnd = indexOf(all, HEAD_END, at);
            if (headEnd < 0) {
                throw new AssertionError("an answer's head has no end: " + text(all, at, all.length));
            }
            Reply head = head(text(all, at, headEnd));
            at = headEnd + HEAD_END.length;
            ByteArrayOutputStream body = new ByteArrayOutputStream();
            if (head.header("Transfer-Encoding").equals("chunked")) {
                at = chunks(all, at, body);
            } else {
                int length = hasNoBody(head) ? 0 : Integer.parseInt(head.header("Content-Length"));
                length = Math.min(length, all.length - at);
                body.write(all, at, length);
                at += length;
            }
            if (head.status() >= 200) {
                replies.add(new Reply(head.status(), head.headers(), body.toString(StandardCharsets.UTF_8)));
            }
        }
        return replies;
    }

    private static boolean hasNoBody(Reply head) {
        return head.status() < 200 || head.status() == 204 || head.status() == 304
                || !head.headers().containsKey("Content-Length");
    }

    private static int chunks(byte[] all, int start, ByteArrayOutputStream body) {
        int at = start;
        while (true) {
            int lineEnd = indexOf(all, new byte[]{'\r', '\n'}, at);
            if (lineEnd < 0) {
                throw new AssertionError("the answer breaks off within its chunks");
            }
            int size = Integer.parseInt(text(all, at, lineEnd), 16);
            body.write(all, lineEnd + 2, size);
            at = lineEnd + 2 + size + 2;
            if (size == 0) {
                return at;
            }
        }
    }

    private static Reply head(String text) {
        List<String> lines = text.lines().toList();
        Map<String, List<String>> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        for (String line : lines.subList(1, lines.size())) {
            String[] parts = line.split(":", 2);
            headers.merge(parts[0], List.of(parts[1].strip()),
                    (a, b) -> Stream.concat(a.stream(), b.stream()).toList());
        }
        return new Reply(Integer.parseInt(lines.getFirst().split(" ")[1]), headers, "");
    }

    private static int indexOf(byte[] all, byte[] sought, int from) {
        for (int i = from; i <= all.length - sought.length; i++) {
            int same = 0;
            while (same < sought.length && all[i + same] == sought[same]) {
                same++;
            }
            if (same == sought.length) {
                return i;
            }
        }
        return -1;
    }

    private static String text(byte[] all, int from, int to) {
        return new String(all, from, to - from, StandardCharsets.UTF_8);
    }
}
