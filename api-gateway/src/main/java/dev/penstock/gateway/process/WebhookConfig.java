package dev.penstock.gateway.process;

import dev.penstock.configuration.Settings;
import dev.penstock.gateway.guard.AddressRange;
import dev.penstock.gateway.guard.SecretBox;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Settings of webhooks.
 *
 * @param box
 *            for callers' secrets; without it webhooks are refused
 * @param httpAllowed
 *            also unencrypted and on every port: for tests and private nets only
 * @param openedRanges
 *            addresses that webhooks may lead to although they are private
 * @param timeout
 *            within which a receiver must have answered
 * @param pauses
 *            after each failed try but the last
 * @param lostAfter
 *            after which an attempt that is due and was not made is put on its queue once more; longer than one takes
 */
public record WebhookConfig(Optional<SecretBox> box, boolean httpAllowed, List<AddressRange> openedRanges,
        Duration timeout, List<Duration> pauses, Duration lostAfter) {
    /** Unless others are set: an outage of two hours and a half is outlasted. */
    public static final List<Duration> PAUSES = List.of(Duration.ofSeconds(5), Duration.ofSeconds(30),
            Duration.ofMinutes(5), Duration.ofMinutes(30), Duration.ofHours(2));

    public WebhookConfig {
        openedRanges = List.copyOf(openedRanges);
        pauses = List.copyOf(pauses);
    }

    /** Reads {@code PENSTOCK_*} variables; ask for the result only after {@link Settings#verify}. */
    static Supplier<WebhookConfig> read(Settings settings) {
        var box = box(settings);
        var plainHttp = settings.flag("PENSTOCK_WEBHOOK_ALLOW_HTTP").or(false);
        var ranges = settings.read("PENSTOCK_WEBHOOK_ALLOWED_RANGES", list -> each(list, AddressRange::parse))
                .or(List.of());
        var timeout = settings.duration("PENSTOCK_WEBHOOK_TIMEOUT").or(Duration.ofSeconds(15));
        var pauses = settings.read("PENSTOCK_WEBHOOK_PAUSES", list -> each(list, Settings::parseDuration)).or(PAUSES);
        var lostAfter = settings.duration("PENSTOCK_WEBHOOK_LOST_AFTER").or(Duration.ofMinutes(2));
        return () -> new WebhookConfig(box.get(), plainHttp.get(), ranges.get(), timeout.get(), pauses.get(),
                lostAfter.get());
    }

    /**
     * The box with {@code PENSTOCK_SECRET_KEY} and the keys of before; empty without the former. Ask for it only after
     * {@link Settings#verify}.
     */
    public static Supplier<Optional<SecretBox>> box(Settings settings) {
        var box = settings.read("PENSTOCK_SECRET_KEY", SecretBox::withKey).optional();
        var withFormer = settings.read("PENSTOCK_FORMER_SECRET_KEYS", WebhookConfig::opening).optional();
        return () -> box.get().map(withFormer.get().orElse(Function.identity()));
    }

    private static Function<SecretBox, SecretBox> opening(String former) {
        // Says at once what is wrong with the keys.
        Arrays.stream(former.split(",")).map(String::strip).forEach(SecretBox::withKey);
        return box -> box.openingFormer(former);
    }

    private static <T> List<T> each(String list, Function<String, T> parser) {
        return Arrays.stream(list.split(",")).map(String::strip).map(parser).toList();
    }
}
