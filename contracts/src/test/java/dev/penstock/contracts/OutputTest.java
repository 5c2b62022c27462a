package dev.penstock.contracts;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OutputTest {
    @Test
    void valid_utf8_is_text_and_anything_else_base64() {
        assertThat(Output.of("Grüße")).isEqualTo(new Output("Grüße", Encoding.UTF_8, 7, false));
        assertThat(Output.of(new byte[]{0, (byte) 0xff})).isEqualTo(new Output("AP8=", Encoding.BASE64, 2, false));
    }

    @ParameterizedTest
    @ValueSource(strings = {"a", "ü", "€", "😀"})
    void a_cut_inside_a_character_takes_the_whole_character(String character) {
        byte[] all = ("x" + character).getBytes(StandardCharsets.UTF_8);
        for (int kept = 1; kept < all.length; kept++) {
            Output cut = Output.head(Arrays.copyOf(all, kept), all.length);
            assertThat(cut).isEqualTo(new Output("x", Encoding.UTF_8, all.length, true));
        }
    }

    @Test
    void a_complete_stream_that_ends_inside_a_character_is_not_text() {
        assertThat(Output.of(new byte[]{'x', (byte) 0xc3}).encoding()).isEqualTo(Encoding.BASE64);
    }

    @Test
    void keeping_less_marks_the_cut_and_remembers_the_true_length() {
        Output whole = new Output("hello", Encoding.UTF_8, 9_000, true);
        assertThat(whole.keep(2)).isEqualTo(new Output("he", Encoding.UTF_8, 9_000, true));
        assertThat(Output.of("hello").keep(2)).isEqualTo(new Output("he", Encoding.UTF_8, 5, true));
        assertThat(Output.of("hello").keep(5)).isEqualTo(Output.of("hello"));
        assertThat(Output.of("hello").keep(0)).isEqualTo(new Output("", Encoding.UTF_8, 5, true));
    }

    @ParameterizedTest
    @ValueSource(strings = {"a", "\"", "\n", "\u0001", "ü", "€", "😀"})
    void a_length_in_json_is_kept(String unit) throws IOException {
        Output whole = Output.of(unit.repeat(300));
        int all = length(whole);
        assertThat(whole.keepEncoded(all)).isSameAs(whole);
        for (int most : new int[]{all - 1, 100, 13, 1, 0}) {
            Output head = whole.keepEncoded(most);
            assertThat(length(head)).isBetween(Math.max(0, most - 11), most);
            assertThat(head.truncated()).isTrue();
            assertThat(whole.content()).startsWith(head.content());
        }
    }

    @Test
    void base64_is_kept_within_a_length_too() throws IOException {
        byte[] bytes = new byte[1000];
        Arrays.fill(bytes, (byte) 0xff);
        Output head = Output.of(bytes).keepEncoded(101);
        assertThat(length(head)).isEqualTo(100);
        assertThat(head.bytes()).isEqualTo(1000);
        assertThat(head.truncated()).isTrue();
    }

    @Test
    void a_head_that_is_text_though_the_whole_is_not_is_kept_within_a_length_too() throws IOException {
        byte[] bytes = new byte[1000];
        Arrays.fill(bytes, (byte) 1);
        bytes[999] = (byte) 0xff;
        Output head = Output.of(bytes).keepEncoded(600);
        assertThat(length(head)).isEqualTo(600);
        assertThat(head.content()).isEqualTo("\u0001".repeat(100));
        assertThat(head.bytes()).isEqualTo(1000);
        assertThat(head.truncated()).isTrue();
    }

    private static int length(Output output) throws IOException {
        return Json.MAPPER.writeValueAsBytes(output.content()).length - 2;
    }

    @Test
    void bytes_come_back_as_they_went_in() {
        byte[] bytes = {1, 2, (byte) 0x80, 0};
        assertThat(Output.of(bytes).toBytes()).isEqualTo(bytes);
    }
}
