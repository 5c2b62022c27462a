package dev.penstock.servicebus.journal;

import dev.penstock.servicebus.entity.Change;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.function.BiConsumer;

/** A frame's payload in the making: changes, each after the path of its queue. For one thread. */
final class ChangeBuffer {
    private final ChangeCodec codec = new ChangeCodec();
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final DataOutputStream out = new DataOutputStream(bytes);

    void add(String queue, Change change) {
        try {
            out.writeUTF(queue);
            codec.write(change, out);
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory does not fail", e);
        }
    }

    int size() {
        return bytes.size();
    }

    byte[] takeFrame() {
        byte[] payload = bytes.toByteArray();
        bytes.reset();
        return Frame.of(payload, payload.length);
    }

    void clear() {
        bytes.reset();
    }

    static void read(byte[] payload, ChangeCodec codec, BiConsumer<String, Change> changes) throws IOException {
        var in = new DataInputStream(new ByteArrayInputStream(payload));
        while (in.available() > 0) {
            changes.accept(in.readUTF(), codec.read(in));
        }
    }
}
