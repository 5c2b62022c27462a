package dev.penstock.servicebus.wire;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.apache.qpid.proton.amqp.Binary;
import org.apache.qpid.proton.amqp.DescribedType;
import org.apache.qpid.proton.amqp.UnsignedLong;
import org.apache.qpid.proton.amqp.transport.Attach;
import org.apache.qpid.proton.amqp.transport.Begin;
import org.apache.qpid.proton.amqp.transport.Close;
import org.apache.qpid.proton.amqp.transport.Detach;
import org.apache.qpid.proton.amqp.transport.Disposition;
import org.apache.qpid.proton.amqp.transport.End;
import org.apache.qpid.proton.amqp.transport.Flow;
import org.apache.qpid.proton.amqp.transport.FrameBody;
import org.apache.qpid.proton.amqp.transport.Open;
import org.apache.qpid.proton.amqp.transport.Transfer;
import org.apache.qpid.proton.codec.ReadableBuffer;
import org.apache.qpid.proton.engine.impl.TransportImpl;
import org.jspecify.annotations.Nullable;

/**
 * Writes every frame with all of its fields. AMQP lets a sender leave out those at the end that are null, and proton-j
 * does; Azure does not, and the Python SDK relies on it: it takes fields by their place and breaks where one is missing.
 */
final class WholeFrames extends TransportImpl {
    private static final long DETACH = 0x16;
    private static final long END = 0x17;
    private static final long CLOSE = 0x18;

    @Override
    protected void writeFrame(int channel, @Nullable FrameBody body, @Nullable ReadableBuffer payload,
            @Nullable Runnable onPayloadTooLarge) {
        // A heartbeat is a frame without a body.
        super.writeFrame(channel, body == null ? null : whole(body), payload, onPayloadTooLarge);
    }

    /** The last field of a frame has a value, if need be one that says nothing. */
    private static FrameBody whole(FrameBody body) {
        return switch (body) {
            case Transfer transfer -> {
                transfer.setBatchable(true);
                yield transfer;
            }
            case Disposition disposition -> {
                disposition.setBatchable(true);
                yield disposition;
            }
            case Flow flow -> {
                if (flow.getProperties() == null) {
                    flow.setProperties(Map.of());
                }
                yield flow;
            }
            case Open open -> {
                if (open.getProperties() == null) {
                    open.setProperties(Map.of());
                }
                yield open;
            }
            case Begin begin -> {
                if (begin.getProperties() == null) {
                    begin.setProperties(Map.of());
                }
                yield begin;
            }
            case Attach attach -> {
                if (attach.getProperties() == null) {
                    attach.setProperties(Map.of());
                }
                yield attach;
            }
            case Detach detach when detach.getError() == null -> new Written(DETACH, detach,
                    Arrays.asList(detach.getHandle(), detach.getClosed(), null));
            case End end when end.getError() == null -> new Written(END, end, Arrays.asList((Object) null));
            case Close close when close.getError() == null -> new Written(CLOSE, close, Arrays.asList((Object) null));
            default -> body;
        };
    }

    /** A frame whose fields are listed as they are to be written, nulls included. */
    private record Written(long code, FrameBody body, List<@Nullable Object> fields)
            implements
                FrameBody,
                DescribedType {
        @Override
        public Object getDescriptor() {
            return UnsignedLong.valueOf(code);
        }

        @Override
        public Object getDescribed() {
            return fields;
        }

        @Override
        public <E> void invoke(FrameBodyHandler<E> handler, Binary payload, E context) {
            body.invoke(handler, payload, context);
        }

        @Override
        public FrameBody copy() {
            return new Written(code, body.copy(), fields);
        }
    }
}
