package dev.penstock.servicebus.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.EnumSet;
import java.util.Map;
import java.util.TreeMap;
import org.apache.qpid.proton.Proton;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.messaging.Accepted;
import org.apache.qpid.proton.amqp.transport.ErrorCondition;
import org.apache.qpid.proton.engine.Connection;
import org.apache.qpid.proton.engine.EndpointState;
import org.apache.qpid.proton.engine.Receiver;
import org.apache.qpid.proton.engine.Sender;
import org.apache.qpid.proton.engine.Session;
import org.apache.qpid.proton.engine.Transport;
import org.junit.jupiter.api.Test;

/** Two engines in memory, of which one writes whole frames; what it wrote is counted field by field. */
class WholeFramesTest {
    private static final int LIST8 = 0xc0;
    private static final int LIST32 = 0xd0;

    private final Transport ours = new WholeFrames();
    private final Transport theirs = Transport.Factory.create();
    private final Connection ourConnection = Proton.connection();
    private final Connection theirConnection = Proton.connection();
    private final ByteArrayOutputStream written = new ByteArrayOutputStream();

    @Test
    void everyFrameHasAllOfItsFields() {
        ours.bind(ourConnection);
        theirs.bind(theirConnection);
        ourConnection.open();
        theirConnection.open();
        Session ourSession = ourConnection.session();
        ourSession.open();
        pump();
        Session theirSession = theirConnection.sessionHead(EnumSet.of(EndpointState.UNINITIALIZED),
                EnumSet.of(EndpointState.ACTIVE));
        theirSession.open();
        Sender ourSender = ourSession.sender("out");
        Receiver ourReceiver = ourSession.receiver("in");
        Receiver theirReceiver = theirSession.receiver("out");
        Sender theirSender = theirSession.sender("in");
        ourSender.open();
        ourReceiver.open();
        theirReceiver.open();
        theirSender.open();
        theirReceiver.flow(1);
        ourReceiver.flow(1);
        pump();
        send(ourSender);
        send(theirSender);
        pump();
        ourReceiver.current().disposition(Accepted.getInstance());
        ourReceiver.current().settle();
        pump();
        ourSender.close();
        ourReceiver.detach();
        ourSession.close();
        ourConnection.close();
        pump();

        assertThat(fieldCounts()).containsExactlyInAnyOrderEntriesOf(Map.of("open", 10, "begin", 8, "attach",
                14, "flow", 11, "transfer", 11, "disposition", 6, "detach", 3, "end", 1, "close", 1));
    }

    @Test
    void anErrorIsWrittenInItsFramesPlace() {
        ours.bind(ourConnection);
        ourConnection.open();
        ourConnection.setCondition(new ErrorCondition(Symbol.valueOf("amqp:internal-error"), "why"));
        ourConnection.close();
        pump();

        assertThat(fieldCounts()).containsEntry("close", 1);
        assertThat(written.toString(StandardCharsets.ISO_8859_1)).contains("amqp:internal-error");
    }

    /** A frame without a body, which keeps an idle connection alive. */
    @Test
    void aHeartbeatIsWrittenAsItIs() {
        ours.bind(ourConnection);
        theirs.setIdleTimeout(2_000);
        theirs.bind(theirConnection);
        ourConnection.open();
        theirConnection.open();
        pump();
        int before = written.size();
        ours.tick(1);

        ours.tick(60_000);
        pump();

        assertThat(written.size() - before).isEqualTo(8);
    }

    private static void send(Sender sender) {
        sender.delivery(new byte[]{1});
        sender.send(new byte[]{0, 0x53, 0x77, 0x40}, 0, 4);
        sender.advance();
    }

    private void pump() {
        for (int moved = 1; moved > 0;) {
            moved = move(ours, theirs, written) + move(theirs, ours, new ByteArrayOutputStream());
        }
    }

    private static int move(Transport from, Transport to, ByteArrayOutputStream copy) {
        int pending = from.pending();
        if (pending <= 0) {
            return 0;
        }
        byte[] bytes = new byte[pending];
        from.head().get(bytes);
        from.pop(pending);
        copy.writeBytes(bytes);
        to.tail().put(bytes);
        to.process();
        return pending;
    }

    /** The smallest count of fields that a frame of each kind had. */
    private Map<String, Integer> fieldCounts() {
        Map<String, Integer> counts = new TreeMap<String, Integer>();
        var bytes = ByteBuffer.wrap(written.toByteArray(), 8, written.size() - 8).slice();
        while (bytes.hasRemaining()) {
            int length = bytes.getInt(0);
            if (length > 8) {
                counts.merge(name(bytes.get(10)), fields(bytes), Math::min);
            }
            bytes = bytes.position(length).slice();
        }
        return counts;
    }

    private static int fields(ByteBuffer frame) {
        return switch (frame.get(11) & 0xff) {
            case LIST8 -> frame.get(13);
            case LIST32 -> frame.getInt(16);
            default -> 0;
        };
    }

    private static String name(byte code) {
        return switch (code) {
            case 0x10 -> "open";
            case 0x11 -> "begin";
            case 0x12 -> "attach";
            case 0x13 -> "flow";
            case 0x14 -> "transfer";
            case 0x15 -> "disposition";
            case 0x16 -> "detach";
            case 0x17 -> "end";
            default -> "close";
        };
    }
}
