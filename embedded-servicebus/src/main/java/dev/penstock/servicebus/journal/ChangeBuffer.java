package dev.penstock.servicebus.journal;

import dev.penstock.servicebus.entity.Change;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.function.BiConsumer;

/** A frame in the making: room for its header, then changes, each after the path of its queue. For one thread. */
final class ChangeBuffer {
    private final ChangeCodec codec = new ChangeCodec();
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final DataOutputStream out = new DataOutputStream(bytes);

    ChangeBuffer() {
        clear();
    }

    void add(String queue, Change change) {
        try {
            out.writeUTF(queue);
            codec.write(change, out);
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory does not fail", e);
        }
    }

    /** Bytes of changes. */
    int size() {
        return bytes.size() - Frame.HEADER_BYTES;
    }

    byte[] takeFrame() {
        byte[] frame = bytes.toByteArray();
        clear();
        Frame.complete(frame);
        return frame;
    }

    void clear() {
        bytes.reset();
        bytes.writeBytes(new byte[Frame.HEADER_BYTES]);
    }

    static void read(byte[] payload, ChangeCodec codec, BiConsumer<String, Change> changes) throws IOException {
        var in = new DataInputStream(new ByteArrayInputStream(payload));
        while (in.available() > 0) {
            changes.accept(in.readUTF(), codec.read(in));
        }
    }
}
