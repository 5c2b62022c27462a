package dev.penstock.gateway.guard;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import javax.crypto.Cipher;
import javax.crypto.SecretKey;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/** Encrypts secrets for the store: AES-256 in GCM, with a fresh nonce before each cipher text. Thread safe. */
public final class SecretBox {
    private static final int KEY_BYTES = 32;
    private static final int NONCE_BYTES = 12;
    private static final int TAG_BITS = 128;
    private static final String CIPHER = "AES/GCM/NoPadding";
    private static final SecureRandom RANDOM = new SecureRandom();

    /** The first seals, all open. */
    private final List<SecretKey> keys;

    private SecretBox(List<SecretKey> keys) {
        this.keys = List.copyOf(keys);
    }

    /** What was sealed can't be opened by any of the box's keys. */
    public static final class WrongKeyException extends IllegalStateException {
        private static final long serialVersionUID = 1L;

        WrongKeyException() {
            super("neither PENSTOCK_SECRET_KEY nor a former one is the key that this was encrypted with");
        }
    }

    /**
     * A box with the key of a setting.
     *
     * @throws IllegalArgumentException
     *             saying what it must be, if it isn't the base64 of 32 bytes
     */
    public static SecretBox withKey(String base64) {
        return new SecretBox(List.of(key(base64)));
    }

    /**
     * The same box, which also opens what was sealed with keys of before.
     *
     * @param base64
     *            the keys with commas between
     * @throws IllegalArgumentException
     *             as {@link #withKey} does
     */
    public SecretBox openingFormer(String base64) {
        List<SecretKey> all = new ArrayList<>(keys);
        Arrays.stream(base64.split(",")).map(String::strip).map(SecretBox::key).forEach(all::add);
        return new SecretBox(all);
    }

    private static SecretKey key(String base64) {
        try {
            byte[] key = Base64.getDecoder().decode(base64);
            if (key.length == KEY_BYTES) {
                return new SecretKeySpec(key, "AES");
            }
        } catch (IllegalArgumentException notBase64) {
            throw new IllegalArgumentException("must be the base64 of 32 random bytes", notBase64);
        }
        throw new IllegalArgumentException("must be the base64 of 32 random bytes");
    }

    public byte[] seal(String secret) {
        byte[] nonce = new byte[NONCE_BYTES];
        RANDOM.nextBytes(nonce);
        try {
            byte[] sealed = crypt(Cipher.ENCRYPT_MODE, keys.getFirst(), nonce, secret.getBytes(StandardCharsets.UTF_8));
            byte[] all = Arrays.copyOf(nonce, NONCE_BYTES + sealed.length);
            System.arraycopy(sealed, 0, all, NONCE_BYTES, sealed.length);
            return all;
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    /**
     * The secret again.
     *
     * @throws WrongKeyException
     *             if it was sealed with a key that isn't in the box
     */
    public String open(byte[] sealed) {
        byte[] nonce = Arrays.copyOf(sealed, NONCE_BYTES);
        byte[] text = Arrays.copyOfRange(sealed, NONCE_BYTES, sealed.length);
        return keys.stream()
                .flatMap(key -> opened(key, nonce, text).stream())
                .findFirst()
                .orElseThrow(WrongKeyException::new);
    }

    /** Empty when the key is another one: the cipher text is authenticated. */
    private static Optional<String> opened(SecretKey key, byte[] nonce, byte[] sealed) {
        try {
            return Optional.of(new String(crypt(Cipher.DECRYPT_MODE, key, nonce, sealed), StandardCharsets.UTF_8));
        } catch (GeneralSecurityException wrongKey) {
            return Optional.empty();
        }
    }

    private static byte[] crypt(int mode, SecretKey key, byte[] nonce, byte[] input) throws GeneralSecurityException {
        Cipher cipher = Cipher.getInstance(CIPHER);
        cipher.init(mode, key, new GCMParameterSpec(TAG_BITS, nonce));
        return cipher.doFinal(input);
    }

    @Override
    public String toString() {
        return "SecretBox[redacted]";
    }
}
