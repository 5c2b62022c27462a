package dev.penstock.servicebus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.azure.messaging.servicebus.ServiceBusSenderClient;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What comes from strangers: whatever it is, other connections don't notice. */
class WireFuzzTest extends ClientCase {
    /** {@code -Dpenstock.fuzz.factor=20} for a thorough run. */
    private static final int FACTOR = Integer.getInteger("penstock.fuzz.factor", 1);
    private static final byte[] SASL_HEADER = {'A', 'M', 'Q', 'P', 3, 1, 0, 0};
    private static final byte[] AMQP_HEADER = {'A', 'M', 'Q', 'P', 0, 1, 0, 0};
    /** sasl-init with mechanism ANONYMOUS. */
    private static final byte[] SASL_INIT = frame(1, 0, bytes(0x00, 0x53, 0x41, 0xc0, 0x0c, 0x01, 0xa3, 0x09),
            "ANONYMOUS".getBytes(StandardCharsets.US_ASCII));
    /** open with container id x. */
    private static final byte[] OPEN = frame(0, 0, bytes(0x00, 0x53, 0x10, 0xc0, 0x04, 0x01, 0xa1, 0x01, 'x'));
    /** begin with windows of 100. */
    private static final byte[] BEGIN = frame(0, 0,
            bytes(0x00, 0x53, 0x11, 0xc0, 0x08, 0x04, 0x40, 0x52, 0x00, 0x52, 0x64, 0x52, 0x64));

    private static final byte[] CLOSE = frame(0, 0, bytes(0x00, 0x53, 0x18, 0xc0, 0x01, 0x00));
    /** The end of an attach. A sender that leaves the count out breaks the protocol, and then nothing of what it sends is read. */
    private static final byte[] NO_UNSETTLED_AND_COUNT_OF_0 = bytes(0x40, 0x40, 0x43);

    @SuppressWarnings("NullAway.Init")
    private EmbeddedServiceBus bus;
    @SuppressWarnings("NullAway.Init")
    private ServiceBusSenderClient bystander;
    private final List<Socket> sockets = new ArrayList<>();
    private int sent;

    @BeforeEach
    void start() {
        // Thousands of links are to come in one AMQP session, whatever Azure says to that.
        bus = closing(EmbeddedServiceBus.builder()
                .behaviour(b -> b.maxLinksPerSession(Integer.MAX_VALUE))
                .queue("jobs")
                .start());
        bystander = sender(bus, "jobs");
        assertBystanderUnharmed();
    }

    @AfterEach
    void closeSockets() throws IOException {
        for (var socket : sockets) {
            socket.close();
        }
    }

    private void assertBystanderUnharmed() {
        bystander.sendMessage(message("still here"));
        sent++;
        assertThat(bus.queue("jobs").counts().active()).isEqualTo(sent);
    }

    private static byte[] bytes(int... values) {
        byte[] bytes = new byte[values.length];
        for (int i = 0; i < values.length; i++) {
            bytes[i] = (byte) values[i];
        }
        return bytes;
    }

    private static byte[] frame(int type, int channel, byte[]... parts) {
        int length = 8;
        for (var part : parts) {
            length += part.length;
        }
        var frame = ByteBuffer.allocate(length).putInt(length).put((byte) 2).put((byte) type).putShort((short) channel);
        for (var part : parts) {
            frame.put(part);
        }
        return frame.array();
    }

    private Socket connect() throws IOException {
        var socket = new Socket(InetAddress.getLoopbackAddress(), bus.port());
        socket.setSoTimeout(30_000);
        sockets.add(socket);
        return socket;
    }

    /** Sends and closes; that the broker may close first is fine. */
    private void throwAt(byte[]... parts) throws IOException {
        try (var socket = connect()) {
            OutputStream out = socket.getOutputStream();
            for (var part : parts) {
                out.write(part);
            }
            out.flush();
        } catch (IOException e) {
            assertThat(e).isNotInstanceOf(SocketTimeoutException.class);
        }
    }

    /** What the broker says until it closes the connection. */
    private static String answersTo(EmbeddedServiceBus broker, List<byte[]> parts) throws IOException {
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), broker.port())) {
            socket.setSoTimeout(30_000);
            socket.getOutputStream()
                    .write(concat(SASL_HEADER, SASL_INIT, AMQP_HEADER, concat(parts.toArray(byte[][]::new))));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
        }
    }

    /** No connection but the bystander's is left over. */
    private void awaitOthersGone() {
        await().atMost(Duration.ofSeconds(60)).until(() -> bus.connections() == 1);
    }

    private static byte[] concat(byte[]... parts) {
        int length = 0;
        for (var part : parts) {
            length += part.length;
        }
        var all = ByteBuffer.allocate(length);
        for (var part : parts) {
            all.put(part);
        }
        return all.array();
    }

    @Test
    void randomBytesAreShaken() throws IOException {
        var random = seeded();
        for (int i = 0; i < 300 * FACTOR; i++) {
            byte[] noise = new byte[random.nextInt(2_000)];
            random.nextBytes(noise);
            throwAt(switch (i % 3) {
                case 0 -> noise;
                case 1 -> concat(SASL_HEADER, noise);
                default -> concat(SASL_HEADER, SASL_INIT, AMQP_HEADER, noise);
            });
        }
        assertBystanderUnharmed();
        awaitOthersGone();
    }

    @Test
    void mutatedConversationsAreShaken() throws IOException {
        var random = seeded();
        byte[] conversation = concat(SASL_HEADER, SASL_INIT, AMQP_HEADER, OPEN, BEGIN, attach("jobs"), BEGIN, OPEN);
        for (int i = 0; i < 500 * FACTOR; i++) {
            byte[] mutated = conversation.clone();
            for (int mutation = 0; mutation <= random.nextInt(4); mutation++) {
                mutated[SASL_HEADER.length + random.nextInt(mutated.length - SASL_HEADER.length)] = (byte) random
                        .nextInt(256);
            }
            throwAt(mutated);
        }
        assertBystanderUnharmed();
        awaitOthersGone();
    }

    /** attach of a sender, handle 0, to a queue. */
    private static byte[] attach(String queue) {
        return attach(0, false, bytes(0x00, 0x53, 0x28, 0xc0, 0x01, 0x00), terminus(0x29, queue));
    }

    /** attach of a receiver, handle 0, from a queue. */
    private static byte[] attachReceiver(String queue) {
        return attach(0, true, terminus(0x28, queue), bytes(0x00, 0x53, 0x29, 0xc0, 0x01, 0x00));
    }

    private static byte[] terminus(int code, String address) {
        byte[] text = address.getBytes(StandardCharsets.US_ASCII);
        return concat(bytes(0x00, 0x53, code, 0xc0, 3 + text.length, 0x01, 0xa1, text.length), text);
    }

    private static byte[] attach(int handle, boolean receiver, byte[]... ends) {
        byte[] fields = concat(
                bytes(0xa1, 2, 'l', 'a' + handle, 0x52, handle, receiver ? 0x41 : 0x42, 0x50, 0, 0x50, 0),
                concat(ends), NO_UNSETTLED_AND_COUNT_OF_0);
        return frame(0, 0, bytes(0x00, 0x53, 0x12, 0xc0, fields.length + 1, 10), fields);
    }

    /** transfer of one message whose sections are given. */
    private static byte[] transfer(int deliveryId, byte[] message) {
        return frame(0, 0, bytes(0x00, 0x53, 0x14, 0xc0, 0x09, 0x05, 0x43, 0x52, deliveryId, 0xa0, 1, deliveryId, 0x43,
                0x42), message);
    }

    @Test
    void malformedMessagesAreRefusedOnTheLinkThatSentThem() throws IOException {
        var random = seeded();
        for (int i = 0; i < 300 * FACTOR; i++) {
            byte[] message = new byte[1 + random.nextInt(60)];
            random.nextBytes(message);
            message[0] = 0;

            var answers = answersTo(bus,
                    List.of(OPEN, BEGIN, attach("jobs"), transfer(1, message), CLOSE));

            assertThat(answers).contains("amqp:decode-error");
        }
        assertBystanderUnharmed();
        awaitOthersGone();
    }

    @Test
    void deeplyNestedValuesDoNotOverflowTheStack() throws IOException {
        byte[] nested = new byte[60_000];
        for (int i = 0; i + 9 < nested.length; i += 9) {
            int rest = nested.length - i - 5;
            nested[i] = (byte) 0xd0;
            ByteBuffer.wrap(nested, i + 1, 8).putInt(rest).putInt(1);
        }
        throwAt(SASL_HEADER, SASL_INIT, AMQP_HEADER, frame(0, 0, bytes(0x00, 0x53, 0x10), nested));
        throwAt(SASL_HEADER, SASL_INIT, AMQP_HEADER, OPEN, BEGIN, attach("jobs"),
                transfer(1, concat(bytes(0x00, 0x53, 0x72), nested)));
        assertBystanderUnharmed();
    }

    @Test
    void framesLargerThanAgreedAndHugeCountsCostNothing() throws IOException {
        throwAt(SASL_HEADER, SASL_INIT, AMQP_HEADER, bytes(0x7f, 0xff, 0xff, 0xff, 2, 0, 0, 0), new byte[100_000]);
        throwAt(SASL_HEADER, bytes(0x7f, 0xff, 0xff, 0xff, 2, 1, 0, 0), new byte[100_000]);
        throwAt(SASL_HEADER, SASL_INIT, AMQP_HEADER,
                frame(0, 0, bytes(0x00, 0x53, 0x10, 0xd0, 0, 0, 0, 8, 0x7f, 0xff, 0xff, 0xff, 0, 0, 0, 0)));
        throwAt(SASL_HEADER, SASL_INIT, AMQP_HEADER,
                frame(0, 0, bytes(0x00, 0x53, 0x10, 0xc0, 0x0b, 0x01, 0xf0, 0, 0, 0, 5, 0x7f, 0xff, 0xff, 0xff, 0x50)));
        assertBystanderUnharmed();
    }

    @Test
    void aDispositionOfAllDeliveriesThereCouldBeDoesNotStopTheBroker() throws IOException {
        byte[] everything = frame(0, 0, bytes(0x00, 0x53, 0x15, 0xc0, 0x0f, 0x05, 0x41, 0x70, 0, 0, 0, 0, 0x70, 0xff,
                0xff, 0xff, 0xfe, 0x41, 0x40));
        throwAt(SASL_HEADER, SASL_INIT, AMQP_HEADER, OPEN, BEGIN, attach("jobs"), everything);
        assertBystanderUnharmed();
    }

    @Test
    void thousandsOfConnectionsThatSayNothingAreCarried() throws IOException {
        for (int i = 0; i < 2_000; i++) {
            connect().getOutputStream().write(SASL_HEADER, 0, 1 + i % 8);
        }
        assertBystanderUnharmed();
        closeSockets();
        awaitOthersGone();
    }

    @Test
    void whoSpeaksHttpIsToldSo() throws IOException {
        var socket = connect();
        socket.getOutputStream()
                .write("GET /$servicebus/websocket HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(StandardCharsets.US_ASCII));

        var answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);

        assertThat(answer).startsWith("HTTP/1.1 400 ").contains("speaks AMQP over TCP");
        assertBystanderUnharmed();
    }

    @Test
    void whoSpeaksTlsIsCutOff() throws IOException {
        var socket = connect();
        socket.getOutputStream().write(bytes(0x16, 0x03, 0x01, 0x02, 0x00, 0x01));

        assertThat(socket.getInputStream().readAllBytes()).isEmpty();
        assertBystanderUnharmed();
    }

    @Test
    void aClientThatDoesNotReadIsSentNoMoreThanFitsTheBuffers() throws IOException {
        var large = message("x".repeat(200_000));
        for (int i = 0; i < 200; i++) {
            bystander.sendMessage(large);
            sent++;
        }
        byte[] wideBegin = frame(0, 0, bytes(0x00, 0x53, 0x11, 0xc0, 0x0b, 0x04, 0x40, 0x52, 0x00, 0x70, 0x7f, 0xff,
                0xff, 0xff, 0x52, 0x64));
        byte[] credit = frame(0, 0, bytes(0x00, 0x53, 0x13, 0xc0, 0x15, 0x07, 0x52, 0x00, 0x70, 0x7f, 0xff, 0xff, 0xff,
                0x52, 0x00, 0x52, 0x64, 0x52, 0x00, 0x52, 0x00, 0x70, 0x00, 0x00, 0x03, 0xe8));
        var out = connect().getOutputStream();
        for (var part : List.of(SASL_HEADER, SASL_INIT, AMQP_HEADER, OPEN, wideBegin, attachReceiver("jobs"), credit)) {
            out.write(part);
        }
        await().until(() -> bus.queue("jobs").counts().locked() > 0);
        for (int i = 0; i < 20; i++) {
            bystander.sendMessage(message("still here"));
            sent++;
        }

        var counts = bus.queue("jobs").counts();

        assertThat(counts.active() + counts.locked()).isEqualTo(sent);
        assertThat(counts.locked()).isLessThan(150);
    }

    @Test
    void thousandsOfLinksOnOneConnectionAreCarried() throws IOException {
        int links = 4_000;
        var out = new ByteArrayOutputStream();
        for (var part : List.of(SASL_HEADER, SASL_INIT, AMQP_HEADER, OPEN, BEGIN)) {
            out.write(part);
        }
        byte[] ends = concat(bytes(0x00, 0x53, 0x28, 0xc0, 0x01, 0x00), terminus(0x29, "jobs"));
        for (int handle = 0; handle < links; handle++) {
            byte[] name = String.format(Locale.ROOT, "%06d", handle).getBytes(StandardCharsets.US_ASCII);
            byte[] number = ByteBuffer.allocate(4).putInt(handle).array();
            byte[] fields = concat(bytes(0xa1, 6), name, bytes(0x70), number, bytes(0x42, 0x50, 0, 0x50, 0), ends,
                    NO_UNSETTLED_AND_COUNT_OF_0);
            out.write(frame(0, 0, bytes(0x00, 0x53, 0x12, 0xc0, fields.length + 1, 10), fields));
        }
        byte[] body = bytes(0x00, 0x53, 0x75, 0xa0, 0x01, 0x07);
        byte[] handle = ByteBuffer.allocate(4).putInt(links - 1).array();
        out.write(frame(0, 0, bytes(0x00, 0x53, 0x14, 0xc0, 0x0c, 0x05, 0x70), handle,
                bytes(0x43, 0xa0, 1, 1, 0x43, 0x42), body));
        var socket = connect();
        var reader = Thread.ofVirtual().start(() -> readAll(socket));

        socket.getOutputStream().write(out.toByteArray());
        sent++;

        await().atMost(Duration.ofSeconds(60)).until(() -> bus.queue("jobs").counts().active() == sent);
        assertBystanderUnharmed();
        socket.close();
        reader.interrupt();
        awaitOthersGone();
    }

    /** Where an AMQP session was ended, or a link refused, its client may have sent more meanwhile. */
    @Test
    void whatComesAfterTheEndIsDropped() throws IOException {
        var few = closing(EmbeddedServiceBus.builder().behaviour(b -> b.maxLinksPerSession(2)).queue("jobs").start());
        byte[] producer = concat(bytes(0x00, 0x53, 0x28, 0xc0, 0x01, 0x00), terminus(0x29, "jobs"));
        byte[] nowhere = concat(bytes(0x00, 0x53, 0x28, 0xc0, 0x01, 0x00), terminus(0x29, "none"));
        byte[] message = concat(bytes(0x00, 0x53, 0x75, 0xb0, 0, 0, 0xea, 0x60), new byte[60_000]);
        var ended = new ArrayList<>(List.of(OPEN, BEGIN));
        for (int handle = 0; handle < 10; handle++) {
            ended.add(attach(handle, false, producer));
        }
        var refused = new ArrayList<>(List.of(OPEN, BEGIN, attach(0, false, nowhere)));
        for (var conversation : List.of(ended, refused)) {
            for (int delivery = 0; delivery < 100; delivery++) {
                conversation.add(transfer(delivery, message));
            }
            conversation.add(CLOSE);
        }

        assertThat(answersTo(few, ended)).containsOnlyOnce("An AMQP session has up to 2 links");
        assertThat(answersTo(few, refused)).containsOnlyOnce("'none' could not be found");
        assertThat(few.queue("jobs").counts().active()).isZero();
    }

    @Test
    void aLinkThatIsAttachedTwiceBreaksTheConnectionAndHoldsNothing() throws IOException {
        byte[] ends = concat(terminus(0x28, "jobs"), bytes(0x00, 0x53, 0x29, 0xc0, 0x01, 0x00));
        byte[] second = concat(bytes(0xa1, 2, 'l', 'a', 0x52, 1, 0x41, 0x50, 0, 0x50, 0), ends,
                NO_UNSETTLED_AND_COUNT_OF_0);

        byte[] another = attach(2, false, bytes(0x00, 0x53, 0x28, 0xc0, 0x01, 0x00), terminus(0x29, "jobs"));

        answersTo(bus, List.of(OPEN, BEGIN, attachReceiver("jobs"), another,
                frame(0, 0, bytes(0x00, 0x53, 0x12, 0xc0, second.length + 1, 10), second)));

        awaitOthersGone();
        assertBystanderUnharmed();
        assertThat(bus.queue("jobs").counts().locked()).isZero();
    }

    @Test
    void aMessageMayComeByteByByteWithNothingInBetween() throws IOException {
        byte[] message = bytes(0x00, 0x53, 0x75, 0xa0, 0x03, 1, 2, 3);
        var parts = new ArrayList<>(List.of(OPEN, BEGIN, attach("jobs")));
        for (byte part : message) {
            parts.add(part(true));
            parts.add(part(true, part));
        }
        parts.add(part(false));
        parts.add(CLOSE);

        assertThat(answersTo(bus, parts)).doesNotContain("amqp:decode-error");

        sent++;
        assertBystanderUnharmed();
    }

    /** A transfer of a part of a message. */
    private static byte[] part(boolean moreFollows, byte... payload) {
        return frame(0, 0, bytes(0x00, 0x53, 0x14, 0xc0, 0x0a, 0x06, 0x43, 0x52, 1, 0xa0, 1, 1, 0x43, 0x42,
                moreFollows ? 0x41 : 0x42), payload);
    }

    private static void readAll(Socket socket) {
        try {
            socket.getInputStream().transferTo(OutputStream.nullOutputStream());
        } catch (IOException _) {
            // The test has closed it.
        }
    }

    @Test
    void whoHasNoTokenHasFewLinks() throws IOException {
        var closed = closing(EmbeddedServiceBus.builder().sharedAccessKey("name", "secret").queue("jobs").start());
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), closed.port())) {
            socket.setSoTimeout(30_000);
            var out = socket.getOutputStream();
            for (var part : List.of(SASL_HEADER, SASL_INIT, AMQP_HEADER, OPEN, BEGIN)) {
                out.write(part);
            }
            for (int handle = 0; handle < 11; handle++) {
                out.write(attach(handle, false, bytes(0x00, 0x53, 0x28, 0xc0, 0x01, 0x00), terminus(0x29, "$cbs")));
            }
            out.write(CLOSE);

            var answers = new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);

            assertThat(answers).containsOnlyOnce("Too many links");
        }
    }

    private static Random seeded() {
        long seed = System.nanoTime();
        System.out.println("WireFuzzTest seed " + seed);
        return new Random(seed);
    }
}
