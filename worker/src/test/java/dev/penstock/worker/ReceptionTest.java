package dev.penstock.worker;

import static org.assertj.core.api.Assertions.assertThat;

import com.azure.messaging.servicebus.ServiceBusReceivedMessage;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.reactivestreams.Subscription;

class ReceptionTest {
    private final List<String> told = new ArrayList<>();
    private final List<Long> requested = new ArrayList<>();
    private final Reception reception = new Reception(new Recipient(), () -> told.add("closed"));

    /** A slot may become free between the opening of a receiver and its subscription: that demand went nowhere once. */
    @Test
    void demandBeforeTheSubscriptionIsNotCountedAndIsMadeWithIt() {
        ask(2);
        assertThat(told).isEmpty();
        subscribe();
        assertThat(told).containsExactly("ready");
        ask(2);
        assertThat(requested).containsExactly(2L);
    }

    @Test
    void onlyWhatIsMissingIsAskedFor() {
        subscribe();
        ask(3);
        ask(3);
        ask(1);
        reception.arrived();
        ask(3);
        assertThat(requested).containsExactly(3L, 1L);
    }

    @Test
    void aRetiredReceptionIsClosedOnceWithItsLastMessage() {
        subscribe();
        ask(2);
        reception.arrived();
        reception.arrived();
        reception.deliveryEnded();
        reception.retire();
        reception.retire();
        assertThat(told).containsExactly("ready");
        reception.deliveryEnded();
        assertThat(told).containsExactly("ready", "closed");
    }

    @Test
    void aReceptionWithoutMessagesIsClosedWhenItIsRetired() {
        reception.retire();
        reception.retire();
        assertThat(told).containsExactly("closed");
    }

    private void ask(int wanted) {
        int more = reception.claim(wanted);
        if (more > 0) {
            reception.request(more);
        }
    }

    private void subscribe() {
        reception.onSubscribe(new Subscription() {
            @Override
            public void request(long messages) {
                requested.add(messages);
            }

            @Override
            public void cancel() {
                told.add("cancelled");
            }
        });
    }

    private final class Recipient implements Reception.Recipient {
        @Override
        public void ready() {
            told.add("ready");
        }

        @Override
        public void received(Reception from, ServiceBusReceivedMessage message) {
            told.add("received");
        }

        @Override
        public void broke(Reception broken, Throwable failure) {
            told.add("broke");
        }
    }
}
