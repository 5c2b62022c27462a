// A receiver of Penstock's webhooks that believes only what the official library of Standard Webhooks has verified.
//
//     npm install --prefix target/standardwebhooks standardwebhooks@1.0.0
//     WEBHOOK_SECRET=whsec_… node examples/webhook-receiver.mjs PORT
import http from "node:http";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";

// In a project of your own: import { Webhook } from "standardwebhooks";
const library = fileURLToPath(new URL("../target/standardwebhooks/", import.meta.url));
const { Webhook } = createRequire(library)("standardwebhooks");

const webhook = new Webhook(process.env.WEBHOOK_SECRET);
const seen = new Set(); // A database in earnest: the same webhook may come twice.

const server = http.createServer(async (request, response) => {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  let event;
  try {
    event = webhook.verify(Buffer.concat(chunks).toString(), request.headers);
  } catch (forged) {
    response.writeHead(400).end();
    return;
  }
  // Answer first, work later: Penstock waits for 15 seconds, and repeats what it has no answer to.
  response.writeHead(204).end();
  const id = request.headers["webhook-id"];
  if (!seen.has(id)) console.log(event.type, event.url, id);
  seen.add(id);
});
server.listen(Number(process.argv[2]), "127.0.0.1", () => console.log("listening on port", server.address().port));
