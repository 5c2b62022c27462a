package dev.penstock.servicebus.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Damaged frames of any length, with frames of any length behind them. */
class DamagedRestTest {
    private static final long GENERATION = 7;

    private final MemoryFiles disk = new MemoryFiles();

    private static byte[] frame(int length) {
        var frame = ByteBuffer.allocate(Frame.HEADER_BYTES + length);
        for (int i = 0; i < length; i++) {
            frame.put(Frame.HEADER_BYTES + i, (byte) (i % 251));
        }
        Frame.complete(frame, GENERATION);
        return frame.array();
    }

    private void write(byte[] first, byte[] second) {
        var out = new ByteArrayOutputStream();
        out.writeBytes(first);
        out.writeBytes(second);
        disk.put("journal", out.toByteArray());
    }

    /** Lengths on either side of the window's half, its whole and beyond. */
    @ParameterizedTest
    @CsvSource({"10,10", "524270,10", "524276,10", "524288,10", "1048560,20", "3000000,10", "10,3000000",
            "2500000,2500000", "0,0"})
    void aFrameBehindADamagedOneIsFound(int damaged, int behind) throws IOException {
        byte[] first = frame(damaged);
        first[1] ^= 1;
        write(first, frame(behind));

        try (var reader = new FrameReader(disk, "journal", GENERATION)) {
            assertThatThrownBy(reader::next).isInstanceOf(CorruptJournalException.class)
                    .hasMessageContaining("whole ones follow");
        }
    }

    @ParameterizedTest
    @CsvSource({"10,10", "3000000,10", "10,3000000"})
    void framesThatAreAllDamagedAreATornWrite(int damaged, int behind) throws IOException {
        byte[] first = frame(damaged);
        first[1] ^= 1;
        byte[] second = frame(behind);
        second[second.length - 1] ^= 1;
        write(first, second);

        try (var reader = new FrameReader(disk, "journal", GENERATION)) {
            assertThat(reader.next()).isNull();
            assertThat(reader.isFollowedByZeros()).isFalse();
        }
    }

    @ParameterizedTest
    @CsvSource({"5", "3000000"})
    void unusedRoomIsTold(int zeros) throws IOException {
        write(frame(10), new byte[zeros]);

        try (var reader = new FrameReader(disk, "journal", GENERATION)) {
            assertThat(reader.next()).hasSize(10);
            assertThat(reader.next()).isNull();
            assertThat(reader.isFollowedByZeros()).isTrue();
            assertThat(reader.position()).isEqualTo(10 + Frame.HEADER_BYTES);
        }
    }
}
