package dev.penstock.servicebus.wire;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Where Azure is harsher than an embedded broker need be. Immutable; each setter-like method returns a changed copy.
 *
 * @param countDeliveriesOnClosedLinks whether messages that a closed link held count as failed deliveries
 * @param keepLocksAfterConnectionLoss whether a connection that just breaks keeps its locks until they run out
 * @param maxLinksPerSession links in one AMQP session beyond which the whole session is ended; Azure: 255
 * @param idleLinkTimeout after which a link without any traffic is cut; {@code null} for never; Azure: 10 minutes
 * @param detachWithoutCondition whether an accept that finds no session in time ends without saying why
 */
public record Behaviour(boolean countDeliveriesOnClosedLinks, boolean keepLocksAfterConnectionLoss,
        int maxLinksPerSession, @Nullable Duration idleLinkTimeout, boolean detachWithoutCondition) {

    /** What serves tests and single machines best. */
    public static final Behaviour KIND = new Behaviour(false, false, Integer.MAX_VALUE, null, false);
    /** All of Azure's ways at once. */
    public static final Behaviour AZURE = new Behaviour(true, true, 255, Duration.ofMinutes(10), true);

    public Behaviour countDeliveriesOnClosedLinks(boolean value) {
        return new Behaviour(value, keepLocksAfterConnectionLoss, maxLinksPerSession, idleLinkTimeout,
                detachWithoutCondition);
    }

    public Behaviour keepLocksAfterConnectionLoss(boolean value) {
        return new Behaviour(countDeliveriesOnClosedLinks, value, maxLinksPerSession, idleLinkTimeout,
                detachWithoutCondition);
    }

    public Behaviour maxLinksPerSession(int value) {
        return new Behaviour(countDeliveriesOnClosedLinks, keepLocksAfterConnectionLoss, value, idleLinkTimeout,
                detachWithoutCondition);
    }

    public Behaviour idleLinkTimeout(@Nullable Duration value) {
        return new Behaviour(countDeliveriesOnClosedLinks, keepLocksAfterConnectionLoss, maxLinksPerSession, value,
                detachWithoutCondition);
    }

    public Behaviour detachWithoutCondition(boolean value) {
        return new Behaviour(countDeliveriesOnClosedLinks, keepLocksAfterConnectionLoss, maxLinksPerSession,
                idleLinkTimeout, value);
    }
}
