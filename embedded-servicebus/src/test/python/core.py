"""The core cases through azure-servicebus, Microsoft's Python SDK. Prints a line 'ok: …' for each."""
import asyncio
import sys
from datetime import datetime, timedelta, timezone

from azure.servicebus import ServiceBusClient, ServiceBusMessage, ServiceBusReceiveMode, NEXT_AVAILABLE_SESSION
from azure.servicebus.aio import ServiceBusClient as AsyncServiceBusClient
from azure.servicebus.exceptions import (MessageNotFoundError, MessageSizeExceededError,
                                         OperationTimeoutError, ServiceBusAuthenticationError,
                                         SessionCannotBeLockedError)

CONNECTION = sys.argv[1]


def client(**options):
    return ServiceBusClient.from_connection_string(CONNECTION, **options)


def receive(receiver, count):
    received = []
    while len(received) < count:
        got = receiver.receive_messages(count - len(received), max_wait_time=30)
        assert got, f"only {len(received)} of {count} messages came"
        received += got
    return received


def send_and_settle(bus):
    with bus.get_queue_sender("plain") as sender, bus.get_queue_receiver("plain") as receiver:
        sender.send_messages([ServiceBusMessage(text, application_properties={"n": 1}) for text in ("a", "b", "c")])
        a, b, c = receive(receiver, 3)
        assert [str(m) for m in (a, b, c)] == ["a", "b", "c"] and a.application_properties[b"n"] == 1
        receiver.complete_message(a)
        receiver.dead_letter_message(b, reason="why", error_description="because")
        receiver.abandon_message(c)
        (c,) = receive(receiver, 1)
        assert c.delivery_count == 1, c.delivery_count
        receiver.renew_message_lock(c)
        receiver.defer_message(c)
        (deferred,) = receiver.receive_deferred_messages(c.sequence_number)
        receiver.renew_message_lock(deferred)
        receiver.complete_message(deferred)
        assert receiver.peek_messages(5) == []
    with bus.get_queue_receiver("plain", sub_queue="deadletter") as receiver:
        (dead,) = receive(receiver, 1)
        assert (dead.dead_letter_reason, dead.dead_letter_error_description) == ("why", "because")
        receiver.complete_message(dead)


def batch_and_receive_and_delete(bus):
    with bus.get_queue_sender("plain") as sender:
        batch = sender.create_message_batch()
        for number in range(100):
            batch.add_message(ServiceBusMessage(str(number)))
        sender.send_messages(batch)
    with bus.get_queue_receiver("plain", receive_mode=ServiceBusReceiveMode.RECEIVE_AND_DELETE,
                                prefetch_count=50) as receiver:
        assert sorted(int(str(m)) for m in receive(receiver, 100)) == list(range(100))


def schedule_and_cancel(bus):
    with bus.get_queue_sender("plain") as sender, bus.get_queue_receiver("plain") as receiver:
        due = datetime.now(timezone.utc) + timedelta(hours=1)
        first, second = sender.schedule_messages([ServiceBusMessage("x"), ServiceBusMessage("y")], due)
        assert [str(m) for m in receiver.peek_messages(5)] == ["x", "y"]
        sender.cancel_scheduled_messages([first, second])
        assert receiver.peek_messages(5) == []
    with client(retry_total=0) as once, once.get_queue_sender("plain") as sender:
        expect(MessageNotFoundError, lambda: sender.cancel_scheduled_messages(first))


def sessions(bus):
    with bus.get_queue_sender("sessions") as sender:
        sender.send_messages([ServiceBusMessage(text, session_id="s") for text in ("1", "2")])
    with bus.get_queue_receiver("sessions", session_id="s") as receiver:
        receiver.session.set_state("state")
        assert receiver.session.get_state() == b"state"
        receiver.session.renew_lock()
        with client(retry_total=0) as other:
            expect(SessionCannotBeLockedError, lambda: accept(other, "s"))
        for expected, message in zip(("1", "2"), receive(receiver, 2)):
            assert str(message) == expected
            receiver.complete_message(message)
    with client(retry_total=0) as other:
        expect(OperationTimeoutError, lambda: accept(other, NEXT_AVAILABLE_SESSION, max_wait_time=2))


def accept(bus, session_id, **options):
    with bus.get_queue_receiver("sessions", session_id=session_id, **options):
        pass


def errors(_):
    with client(retry_total=0) as bus:
        # Azure, too, says so by way of the token, and this is what the SDK makes of it.
        expect(ServiceBusAuthenticationError, lambda: bus.get_queue_sender("absent").__enter__())
        with bus.get_queue_sender("plain") as sender:
            expect(MessageSizeExceededError, lambda: sender.send_messages(ServiceBusMessage("x" * 2_000_000)))


def expect(error, call):
    try:
        call()
    except error:
        return
    raise AssertionError(f"expected {error.__name__}")


def asynchronous(_):
    async def send_and_complete():
        async with AsyncServiceBusClient.from_connection_string(CONNECTION) as bus:
            async with bus.get_queue_sender("plain") as sender:
                await sender.send_messages([ServiceBusMessage(str(n)) for n in range(10)])
            async with bus.get_queue_receiver("plain") as receiver:
                for _ in range(10):
                    (message,) = await receiver.receive_messages(1, max_wait_time=30)
                    await receiver.complete_message(message)

    asyncio.run(send_and_complete())


with client() as shared:
    for case in (send_and_settle, batch_and_receive_and_delete, schedule_and_cancel, sessions, errors, asynchronous):
        case(shared)
        print("ok:", case.__name__, flush=True)
