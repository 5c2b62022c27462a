package dev.penstock.servicebus.journal;

import dev.penstock.servicebus.entity.Change;
import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.function.BiConsumer;

/** A frame in the making: room for its header, then changes, each after the path of its queue. For one thread. */
final class ChangeBuffer {
    private final ChangeCodec codec = new ChangeCodec();
    private final ChangeOutput out = new ChangeOutput();

    ChangeBuffer() {
        clear();
    }

    /** Adds all of the change, or throws and adds nothing: a half one would make the whole frame unreadable. */
    void add(String queue, Change change) {
        int before = out.size();
        boolean whole = false;
        try {
            out.writeText(queue);
            codec.write(change, out);
            whole = true;
        } finally {
            if (!whole) {
                out.cutTo(before);
            }
        }
    }

    /** Bytes of changes. */
    int size() {
        return out.size() - Frame.HEADER_BYTES;
    }

    /**
     * What has been added as a frame. It lies in this buffer: add nothing before it is written.
     *
     * @param generation of the file that it is for
     */
    ByteBuffer frame(long generation) {
        var frame = out.written();
        Frame.complete(frame, generation);
        return frame;
    }

    void clear() {
        out.clear();
        out.writeBytes(new byte[Frame.HEADER_BYTES]);
    }

    static void read(byte[] payload, ChangeCodec codec, BiConsumer<String, Change> changes) throws IOException {
        var in = new DataInputStream(new ByteArrayInputStream(payload));
        while (in.available() > 0) {
            changes.accept(in.readUTF(), codec.read(in));
        }
    }
}
