// What the Go, Python and .NET SDKs put on the wire, by a bare AMQP client: a CBS request without a reply address, described
// session filters, drains without credit, numbers of other types. Prints one line per case; the first failure ends it.
import assert from "node:assert/strict";
import rhea from "rhea";

const [host, port] = process.argv[2].match(/sb:\/\/([^:;]+):(\d+)/).slice(1);
const types = rhea.types;
const deadline = (promise, what) => Promise.race([promise,
  new Promise((_, reject) => setTimeout(() => reject(new Error(`no ${what} within 15 s`)), 15000))]);
const event = (emitter, name) => deadline(new Promise((resolve, reject) => {
  emitter.once(name, resolve);
  if (name !== "disconnected") emitter.once("disconnected", (c) => reject(c.error ?? new Error("disconnected")));
}), name);

async function connect(options = {}) {
  const container = rhea.create_container();
  const connection = container.connect({ host, port: Number(port), reconnect: false, ...options });
  await event(connection, "connection_open");
  return connection;
}

async function open(link) {
  const opened = link.is_sender() ? "sender_open" : "receiver_open";
  await event(link, opened);
  return link;
}

const SETTLED_FIRST = { snd_settle_mode: 1, rcv_settle_mode: 0 };
const LOCKING = { snd_settle_mode: 0, rcv_settle_mode: 1 };

async function receiver(connection, options) {
  return open(connection.open_receiver({ credit_window: 0, autoaccept: false, autosettle: false, ...options }));
}

async function node(connection, address, { replyTo, target } = {}) {
  const session = connection.create_session();
  session.begin();
  const responses = await open(session.open_receiver({ source: address, target: target ?? replyTo, ...SETTLED_FIRST }));
  const requests = await open(session.open_sender({ target: address }));
  let last = 0;
  return {
    session,
    async ask(operation, body, properties = {}, messageId = rhea.types.wrap_ulong(++last)) {
      const arrived = event(responses, "message");
      requests.send({ message_id: messageId, reply_to: replyTo, application_properties: { operation, ...properties }, body });
      return (await arrived).message;
    },
  };
}

async function send(connection, address, ...messages) {
  const sender = await open(connection.open_sender(address));
  if (!sender.sendable()) await event(sender, "sendable");
  for (const message of messages) {
    const accepted = event(sender, "accepted");
    sender.send(message);
    await accepted;
  }
  return sender;
}

const cases = {
  async "Python's $cbs request names no reply address"() {
    const connection = await connect();
    const cbs = await node(connection, "$cbs", { target: "$cbs" });
    const response = await cbs.ask("put-token", "SharedAccessSignature sr=x", {
      type: "servicebus.windows.net:sastoken", name: `sb://${host}:${port}/plain`, expiration: new Date() }, types.wrap_uint(0));
    assert.equal(response.correlation_id, 0);
    assert.equal(response.application_properties["status-code"], 202);
    assert.ok(response.application_properties["status-description"]);
    connection.close();
  },
  async "one reply address in two AMQP sessions, each gets its own answers"() {
    const connection = await connect();
    const address = "plain/$management";
    const first = await node(connection, address, { replyTo: address });
    const second = await node(connection, address, { replyTo: address });
    for (const asker of [second, first]) {
      const response = await asker.ask("com.microsoft:peek-message", {
        "from-sequence-number": types.wrap_long(1), "message-count": types.wrap_uint(1) });
      assert.equal(response.application_properties.statusCode, 204);
    }
    connection.close();
  },
  async "message ids of every type come back as they were"() {
    const connection = await connect();
    const management = await node(connection, "plain/$management", { replyTo: "me" });
    for (const id of [types.wrap_ulong(7), types.wrap_uuid(Buffer.alloc(16, 3)), "text", types.wrap_binary(Buffer.from("b"))]) {
      const response = await management.ask("com.microsoft:peek-message", {
        "from-sequence-number": types.wrap_long(1), "message-count": types.wrap_int(1) }, {}, id);
      assert.deepEqual(response.correlation_id, id.value ?? id);
    }
    connection.close();
  },
  async "a drain is answered with credit left, without any, and with none ever given"() {
    const connection = await connect();
    const draining = await receiver(connection, { source: "plain", ...LOCKING });
    let drained = event(draining, "receiver_drained");
    draining.drain_credit();
    await drained;
    for (const credit of [5, 1]) {
      await send(connection, "plain", { body: "x" });
      const arrived = event(draining, "message");
      draining.drain = false;
      draining.add_credit(credit);
      const { delivery } = await arrived;
      drained = event(draining, "receiver_drained");
      draining.drain_credit();
      await drained;
      delivery.update(false, rhea.message.accepted().described());
      await event(draining, "settled");
    }
    connection.close();
  },
  async "Go's session filter is described, and so is the answer"() {
    const connection = await connect();
    await send(connection, "sessions", { body: "x", group_id: "s1" });
    const filter = (id) => ({ "com.microsoft:session-filter":
      types.wrap_described(id, 0x137000000c) });
    for (const wanted of ["s1", null]) {
      const session = await receiver(connection, {
        source: { address: "sessions", filter: filter(wanted) }, ...LOCKING,
        properties: { "com.microsoft:timeout": types.wrap_uint(5000) } });
      const answer = session.source.filter["com.microsoft:session-filter"];
      assert.equal(answer.descriptor.value, 0x137000000c);
      assert.equal(answer.value, "s1");
      assert.ok(session.remote.attach.properties["com.microsoft:locked-until-utc"]);
      session.close();
      await event(session, "receiver_close");
    }
    connection.close();
  },
  async ".NET's addresses are paths, its session filter is plain"() {
    const connection = await connect();
    const session = await receiver(connection, {
      source: { address: "/sessions", filter: { "com.microsoft:session-filter": "s1" } }, ...LOCKING });
    assert.equal(session.source.filter["com.microsoft:session-filter"], "s1");
    const arrived = event(session, "message");
    session.add_credit(1);
    (await arrived).delivery.update(false, rhea.message.accepted().described());
    await event(session, "settled");
    connection.close();
  },
  async "Python settles at once, and gives back by released and modified"() {
    const connection = await connect();
    await send(connection, "plain", { body: "x" });
    const locking = await receiver(connection, { source: `amqps://${host}/plain`, ...LOCKING });
    const next = async (credit = 1) => {
      const arrived = event(locking, "message");
      locking.add_credit(credit);
      return await arrived;
    };
    (await next()).delivery.update(true, rhea.message.released().described());
    let again = await next();
    assert.equal(again.message.delivery_count, 0);
    again.delivery.update(true, rhea.message.modified({ delivery_failed: true, undeliverable_here: false }).described());
    again = await next();
    assert.equal(again.message.delivery_count, 1);
    again.delivery.update(true, rhea.message.modified({ delivery_failed: true, undeliverable_here: true }).described());
    const number = again.message.message_annotations["x-opt-sequence-number"];
    const management = await node(connection, "plain/$management", { replyTo: "me" });
    const response = await management.ask("com.microsoft:receive-by-sequence-number", {
      "sequence-numbers": [types.wrap_long(Number(number))], "receiver-settle-mode": types.wrap_uint(0) },
      { "server-timeout": types.wrap_ulong(1000), "associated-link-name": locking.name });
    assert.equal(response.application_properties.statusCode, 200);
    assert.equal(response.body.messages.length, 1);
    assert.equal(response.body.messages[0]["lock-token"], undefined);
    connection.close();
  },
  async "delivery annotations are handed on, a lock token among them is not"() {
    const connection = await connect();
    const message = (hop) => ({ body: "x", delivery_annotations: { hop, "x-opt-lock-token": types.wrap_uuid(Buffer.alloc(16, 3)) } });
    const sender = await send(connection, "plain", message("alone"));
    const batch = { body: rhea.message.data_sections(["one", "two"].map((hop) => rhea.message.encode(message(hop)))) };
    const accepted = event(sender, "accepted");
    sender.send(rhea.message.encode(batch), undefined, 0x80013700);
    await accepted;
    const deleting = await receiver(connection, { source: "plain", ...SETTLED_FIRST });
    for (const hop of ["alone", "one", "two"]) {
      const arrived = event(deleting, "message");
      deleting.add_credit(1);
      assert.deepEqual((await arrived).message.delivery_annotations, { hop });
    }
    connection.close();
  },
  async "frames of 512 bytes, both ways"() {
    const connection = await connect({ max_frame_size: 512 });
    const body = "y".repeat(100000);
    await send(connection, "plain", { body });
    const deleting = await receiver(connection, { source: "plain", ...SETTLED_FIRST });
    const arrived = event(deleting, "message");
    deleting.add_credit(1);
    assert.equal((await arrived).message.body, body);
    connection.close();
  },
  async "messages are deleted in batches, sessions listed"() {
    const connection = await connect();
    await send(connection, "plain", { body: 1 }, { body: 2 }, { body: 3 });
    const plain = await node(connection, "plain/$management", { replyTo: "me" });
    const remove = (count) => plain.ask("com.microsoft:batch-delete-messages", {
      "message-count": types.wrap_int(count), "enqueued-time-utc": new Date(Date.now() + 60000) });
    assert.equal((await remove(2)).body["message-count"], 2);
    assert.equal((await remove(5)).body["message-count"], 1);
    assert.equal((await remove(5)).application_properties.statusCode, 204);
    await send(connection, "sessions", { body: 1, group_id: "b" }, { body: 1, group_id: "a" });
    const sessions = await node(connection, "sessions/$management", { replyTo: "me" });
    const list = (skip) => sessions.ask("com.microsoft:get-message-sessions", {
      "last-updated-time": new Date(), skip: types.wrap_int(skip), top: types.wrap_int(1) });
    assert.deepEqual([...(await list(0)).body["sessions-ids"]], ["a"]);
    assert.deepEqual([...(await list(1)).body["sessions-ids"]], ["b"]);
    assert.equal((await list(2)).application_properties.statusCode, 204);
    connection.close();
  },
  async "who asks to look at messages, or for some of them, isn't given all to keep"() {
    const connection = await connect();
    connection.on("receiver_error", () => {});
    for (const source of [
      { address: "plain", distribution_mode: "copy" },
      { address: "plain", filter: { "jms-selector": types.wrap_described("x = 1", 0x468C00000004) } },
      { dynamic: true },
    ]) {
      const refused = event(connection, "receiver_error");
      connection.open_receiver({ source, snd_settle_mode: 1, credit_window: 0 });
      const { receiver: link } = await refused;
      assert.equal(link.error.condition, "amqp:not-implemented");
      assert.ok(link.error.description.length > 20);
    }
    connection.close();
  },
  async "what can't be is refused in words"() {
    const connection = await connect();
    const management = await node(connection, "plain/$management", { replyTo: "me" });
    for (const [operation, body, status] of [
      ["com.microsoft:renew-lock", { "lock-tokens": ["no uuid"] }, 400],
      ["com.microsoft:renew-lock", {}, 400],
      ["com.microsoft:peek-message", null, 400],
      ["com.microsoft:get-message-sessions", { skip: 0, top: 1 }, 400],
      ["com.microsoft:add-rule", {}, 501],
    ]) {
      const response = await management.ask(operation, body);
      assert.equal(response.application_properties.statusCode, status, operation);
      assert.ok(response.application_properties.errorCondition);
      assert.ok(response.application_properties.statusDescription.length > 20);
    }
    connection.close();
  },
};

for (const [name, run] of Object.entries(cases)) {
  try {
    await deadline(run(), name);
    console.log(`ok: ${name}`);
  } catch (error) {
    console.log(`failed: ${name}: ${error.stack}`);
    process.exit(1);
  }
}
process.exit(0);
