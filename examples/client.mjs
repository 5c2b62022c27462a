// A client of Penstock for Node 20 and later, without dependencies.
//
//     export PENSTOCK_URL=http://127.0.0.1:8080 PENSTOCK_KEY=pk_…
//     node examples/client.mjs run program.js      waits for the result
//     node examples/client.mjs follow program.js   prints each change as it comes
import { randomUUID } from "node:crypto";
import { readFile } from "node:fs/promises";
import { setTimeout as pause } from "node:timers/promises";

const open = new Set(["queued", "running"]);

export class Penstock {
  constructor(url, key) {
    this.url = url.replace(/\/$/, "");
    this.key = key;
  }

  request(path, { headers, ...options } = {}) {
    return fetch(this.url + path, { ...options, headers: { ...headers, Authorization: `Bearer ${this.key}` } });
  }

  /** The job once it is queued. The key makes it one job, however often the request is repeated. */
  async submit(job, attempts = 5) {
    const headers = { "Content-Type": "application/json", "Idempotency-Key": `"${randomUUID()}"` };
    for (let attempt = 1; ; attempt++) {
      try {
        const answer = await this.request("/v1/jobs", { method: "POST", headers, body: JSON.stringify(job) });
        const body = await answer.json();
        if (answer.ok) return body;
        const wait = answer.headers.get("Retry-After");
        if (wait === null || attempt === attempts) throw new Refused(body);
        await pause(1000 * wait);
      } catch (failure) {
        if (failure instanceof Refused || attempt === attempts) throw failure;
        await pause(1000 * 2 ** attempt);
      }
    }
  }

  /** The job when it has ended. Each request waits at the gateway, none of them polls in between. */
  async wait(job) {
    while (open.has(job.status)) {
      const answer = await this.request(`/v1/jobs/${job.id}`, { headers: { Prefer: "wait=30" } });
      job = await read(answer);
    }
    return job;
  }

  /** The job whenever it changes, until it has ended, over broken connections too. */
  async *follow(job) {
    let last = "";
    while (open.has(job.status)) {
      const stream = await this.request(`/v1/jobs/${job.id}/events`, { headers: { "Last-Event-ID": last } });
      if (!stream.ok) throw new Refused(await stream.json());
      try {
        for await (const line of lines(stream.body)) {
          if (line.startsWith("id: ")) last = line.slice(4);
          if (line.startsWith("data: ")) yield (job = JSON.parse(line.slice(6)));
        }
      } catch (broken) {
        await pause(2000);
      }
    }
  }
}

/** What the gateway did not do, and what to do about it (RFC 9457). */
export class Refused extends Error {
  constructor(problem) {
    super(`${problem.title}: ${problem.detail}`);
    this.problem = problem;
  }
}

async function read(answer) {
  const body = await answer.json();
  if (!answer.ok) throw new Refused(body);
  return body;
}

async function* lines(body) {
  let rest = "";
  for await (const text of body.pipeThrough(new TextDecoderStream())) {
    const parts = (rest + text).split("\n");
    rest = parts.pop();
    yield* parts;
  }
}

const [command, file] = process.argv.slice(2);
if (command === "run" || command === "follow") {
  const penstock = new Penstock(process.env.PENSTOCK_URL, process.env.PENSTOCK_KEY);
  let job = await penstock.submit({ language: "javascript", code: await readFile(file, "utf8") });
  if (command === "follow") {
    for await (job of penstock.follow(job)) console.log(job.status);
  }
  job = await penstock.wait(job);
  const stage = job.result?.run ?? job.result?.compile;
  if (stage === undefined) throw new Error(`${job.status}: ${job.error?.message ?? ""}`);
  process.stdout.write(stage.stdout.content);
  process.stderr.write(stage.stderr.content);
}
