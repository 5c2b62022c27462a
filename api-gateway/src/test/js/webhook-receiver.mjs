// A receiver as its owner would write it: the official library decides whether a webhook is genuine.
// Takes a secret and the folder that the library is installed in; prints its port; answers 204 or 400.
import http from "node:http";
import { createRequire } from "node:module";

const [secret, folder] = process.argv.slice(2);
const { Webhook } = createRequire(folder + "/")("standardwebhooks");

const server = http.createServer(async (request, response) => {
  let body = "";
  for await (const chunk of request.setEncoding("utf8")) body += chunk;
  try {
    const event = new Webhook(secret).verify(body, request.headers);
    response.writeHead(event.type === "job.succeeded" ? 204 : 422).end();
  } catch (forged) {
    response.writeHead(400).end();
  }
});
server.listen(0, "127.0.0.1", () => console.log(server.address().port));
process.stdin.on("end", () => process.exit()).resume();
