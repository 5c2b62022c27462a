package dev.penstock.gateway.guard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.junit.jupiter.api.Test;

class SecretBoxTest {
    private static final String KEY = Base64.getEncoder().encodeToString(new byte[32]);
    private static final String OTHER = Base64.getEncoder()
            .encodeToString("0123456789abcdef0123456789abcdef"
                    .getBytes(StandardCharsets.US_ASCII));

    @Test
    void what_is_sealed_can_be_opened_and_not_be_read() {
        SecretBox box = SecretBox.withKey(KEY);
        byte[] sealed = box.seal("whsec_abc");

        assertThat(box.open(sealed)).isEqualTo("whsec_abc");
        assertThat(new String(sealed, StandardCharsets.ISO_8859_1)).doesNotContain("whsec");
        assertThat(box.seal("whsec_abc")).as("a fresh nonce each time").isNotEqualTo(sealed);
        assertThat(box.toString()).doesNotContain(KEY);
    }

    @Test
    void another_key_opens_nothing() {
        byte[] sealed = SecretBox.withKey(KEY).seal("whsec_abc");

        assertThatThrownBy(() -> SecretBox.withKey(OTHER).open(sealed)).hasMessageContaining("PENSTOCK_SECRET_KEY");
    }

    @Test
    void while_the_key_is_changed_the_former_one_still_opens_and_the_new_one_seals() {
        byte[] sealed = SecretBox.withKey(KEY).seal("whsec_abc");
        SecretBox box = SecretBox.withKey(OTHER).openingFormer(KEY);

        assertThat(box.open(sealed)).isEqualTo("whsec_abc");
        assertThat(SecretBox.withKey(OTHER).open(box.seal("whsec_abc"))).isEqualTo("whsec_abc");
    }

    @Test
    void a_key_that_is_none_is_refused_without_repeating_it() {
        assertThatThrownBy(() -> SecretBox.withKey("sesame")).hasMessageNotContaining("sesame");
    }
}
