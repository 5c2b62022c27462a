// The core cases through the JavaScript SDK. Prints one line per case; the first failure ends it with exit code 1.
import assert from "node:assert/strict";
import { ServiceBusClient } from "@azure/service-bus";

const connectionString = process.argv[2];
const client = new ServiceBusClient(connectionString, { retryOptions: { maxRetries: 1, timeoutInMs: 10000 } });

const cases = {
  async "a message arrives with its properties"() {
    const sender = client.createSender("plain");
    await sender.sendMessages({
      body: { text: "ä", n: 1 }, messageId: "id-1", subject: "subject", correlationId: "c",
      applicationProperties: { a: "b", n: 42 },
    });
    const receiver = client.createReceiver("plain");
    const [message] = await receiver.receiveMessages(1, { maxWaitTimeInMs: 10000 });
    assert.deepEqual(message.body, { text: "ä", n: 1 });
    assert.equal(message.messageId, "id-1");
    assert.equal(message.subject, "subject");
    assert.deepEqual({ ...message.applicationProperties }, { a: "b", n: 42 });
    assert.equal(message.deliveryCount, 0);
    await receiver.completeMessage(message);
    assert.deepEqual(await receiver.peekMessages(5), []);
    await receiver.close();
  },
  async "a batch without message ids is received in order"() {
    const sender = client.createSender("plain");
    const batch = await sender.createMessageBatch();
    for (let i = 0; i < 20; i++) assert.ok(batch.tryAddMessage({ body: i }));
    await sender.sendMessages(batch);
    const receiver = client.createReceiver("plain");
    const received = [];
    while (received.length < 20) {
      const messages = await receiver.receiveMessages(20 - received.length, { maxWaitTimeInMs: 10000 });
      assert.ok(messages.length > 0);
      for (const message of messages) {
        received.push(message.body);
        await receiver.completeMessage(message);
      }
    }
    assert.deepEqual(received, [...Array(20).keys()]);
    await receiver.close();
  },
  async "abandon, defer and dead-letter"() {
    const sender = client.createSender("plain");
    await sender.sendMessages({ body: "again" });
    const receiver = client.createReceiver("plain");
    let [message] = await receiver.receiveMessages(1, { maxWaitTimeInMs: 10000 });
    await receiver.abandonMessage(message, { changed: "yes" });
    [message] = await receiver.receiveMessages(1, { maxWaitTimeInMs: 10000 });
    assert.equal(message.deliveryCount, 1);
    assert.equal(message.applicationProperties.changed, "yes");
    await receiver.deferMessage(message);
    const [deferred] = await receiver.receiveDeferredMessages(message.sequenceNumber);
    assert.equal(deferred.body, "again");
    await receiver.deadLetterMessage(deferred, { deadLetterReason: "why", deadLetterErrorDescription: "because" });
    const dead = client.createReceiver("plain", { subQueueType: "deadLetter" });
    const [corpse] = await dead.receiveMessages(1, { maxWaitTimeInMs: 10000 });
    assert.equal(corpse.deadLetterReason, "why");
    assert.equal(corpse.deadLetterErrorDescription, "because");
    await dead.completeMessage(corpse);
    await dead.close();
    await sender.sendMessages({ body: "bad" });
    [message] = await receiver.receiveMessages(1, { maxWaitTimeInMs: 10000 });
    await receiver.deadLetterMessage(message);
    await receiver.close();
  },
  async "a lock is renewed and a wait for nothing ends"() {
    const sender = client.createSender("plain");
    await sender.sendMessages({ body: "long" });
    const receiver = client.createReceiver("plain");
    const [message] = await receiver.receiveMessages(1, { maxWaitTimeInMs: 10000 });
    const until = await receiver.renewMessageLock(message);
    assert.ok(until > new Date());
    await receiver.completeMessage(message);
    assert.deepEqual(await receiver.receiveMessages(1, { maxWaitTimeInMs: 100 }), []);
    await sender.sendMessages({ body: "still received after a drain" });
    assert.equal((await receiver.receiveMessages(1, { maxWaitTimeInMs: 10000 })).length, 1);
    await receiver.close();
  },
  async "scheduling and cancelling"() {
    const sender = client.createSender("scheduled");
    const [cancelled] = await sender.scheduleMessages({ body: "cancelled" }, new Date(Date.now() + 600000));
    await sender.cancelScheduledMessages(cancelled);
    await sender.scheduleMessages({ body: "later" }, new Date(Date.now() + 500));
    const receiver = client.createReceiver("scheduled", { receiveMode: "receiveAndDelete" });
    const [message] = await receiver.receiveMessages(1, { maxWaitTimeInMs: 20000 });
    assert.equal(message.body, "later");
    await receiver.close();
  },
  async "sessions keep order and state"() {
    const sender = client.createSender("sessions");
    await sender.sendMessages([{ body: 1, sessionId: "s" }, { body: 2, sessionId: "s" }]);
    const session = await client.acceptNextSession("sessions");
    assert.equal(session.sessionId, "s");
    await assert.rejects(new ServiceBusClient(connectionString, { retryOptions: { maxRetries: 0 } })
      .acceptSession("sessions", "s"), { code: "SessionCannotBeLocked" });
    await session.setSessionState({ at: 1 });
    assert.deepEqual(await session.getSessionState(), { at: 1 });
    await session.renewSessionLock();
    const messages = [];
    while (messages.length < 2) messages.push(...await session.receiveMessages(2, { maxWaitTimeInMs: 10000 }));
    assert.deepEqual(messages.map((m) => m.body), [1, 2]);
    for (const message of messages) await session.completeMessage(message);
    await session.close();
    await assert.rejects(sender.sendMessages({ body: "homeless" }));
  },
  async "refusals have the codes that clients expect"() {
    await assert.rejects(client.createSender("nothing").sendMessages({ body: 1 }),
      { code: "MessagingEntityNotFound" });
    await assert.rejects(client.createSender("plain").sendMessages({ body: "x".repeat(300000) }),
      { code: "MessageSizeExceeded" });
  },
};

for (const [name, run] of Object.entries(cases)) {
  try {
    await run();
    console.log(`ok: ${name}`);
  } catch (error) {
    console.log(`failed: ${name}: ${error.stack}`);
    process.exit(1);
  }
}
process.exit(0);
