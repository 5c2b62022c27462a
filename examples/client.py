"""A client of Penstock with nothing but Python's standard library.

    export PENSTOCK_URL=http://127.0.0.1:8080 PENSTOCK_KEY=pk_…
    python3 examples/client.py run program.py      # waits for the result
    python3 examples/client.py follow program.py   # prints each change as it comes
    python3 examples/client.py receive PORT        # prints the webhooks that are genuine; WEBHOOK_SECRET=whsec_…
"""
import base64
import hashlib
import hmac
import http.client
import http.server
import json
import os
import sys
import time
import urllib.error
import urllib.request
import uuid

TOLERANCE_SECONDS = 5 * 60
OPEN = ("queued", "running")


class Penstock:
    def __init__(self, url, key):
        self.url = url.rstrip("/")
        self.key = key

    def open(self, method, path, body=None, **headers):
        headers = {name.replace("_", "-"): value for name, value in headers.items()}
        headers["Authorization"] = "Bearer " + self.key
        data = None
        if body is not None:
            data = json.dumps(body).encode()
            headers["Content-Type"] = "application/json"
        request = urllib.request.Request(self.url + path, data, headers, method=method)
        return urllib.request.urlopen(request, timeout=90)

    def submit(self, job, attempts=5):
        """Returns the job once it is queued. The key makes it one job, however often the request is repeated."""
        key = '"%s"' % uuid.uuid4()
        for attempt in range(attempts):
            try:
                with self.open("POST", "/v1/jobs", job, Idempotency_Key=key) as answer:
                    return json.load(answer)
            except urllib.error.HTTPError as refusal:
                problem = json.load(refusal)
                wait = refusal.headers.get("Retry-After")
                if wait is None or attempt == attempts - 1:
                    raise RuntimeError("%(title)s: %(detail)s" % problem) from refusal
                time.sleep(int(wait))
            except OSError:
                if attempt == attempts - 1:
                    raise
                time.sleep(2**attempt)

    def wait(self, job):
        """Returns the job when it has ended. Each request waits at the gateway, none of them polls in between."""
        while job["status"] in OPEN:
            with self.open("GET", "/v1/jobs/" + job["id"], Prefer="wait=30") as answer:
                job = json.load(answer)
        return job

    def follow(self, job):
        """Yields the job whenever it changes, until it has ended, over broken connections too."""
        last = ""
        while job["status"] in OPEN:
            try:
                with self.open("GET", "/v1/jobs/" + job["id"] + "/events", Last_Event_ID=last) as stream:
                    for line in stream:
                        field, _, value = line.decode().rstrip("\n").partition(": ")
                        if field == "id":
                            last = value
                        elif field == "data":
                            job = json.loads(value)
                            yield job
            except urllib.error.HTTPError as refusal:
                if refusal.code < 500:
                    raise
                time.sleep(2)
            except (OSError, http.client.HTTPException):
                time.sleep(2)


def verified(secret, headers, body):
    """The event in a webhook (Standard Webhooks 1.0.0); ValueError if it isn't genuine."""
    message, timestamp = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    if abs(time.time() - int(timestamp)) > TOLERANCE_SECONDS:
        raise ValueError("too old or too new")
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signed = b"%s.%s.%s" % (message.encode(), timestamp.encode(), body)
    expected = "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    if not any(hmac.compare_digest(expected, one) for one in headers.get("webhook-signature", "").split()):
        raise ValueError("the signature is wrong")
    return json.loads(body)


class Receiver(http.server.BaseHTTPRequestHandler):
    secret = ""

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        try:
            event = verified(self.secret, self.headers, body)
        except ValueError as forged:
            self.send_error(400, str(forged))
            return
        # Answer first, work later: Penstock waits for 15 seconds, and repeats what it has no answer to.
        self.send_response(204)
        self.end_headers()
        print(event["type"], event["url"], self.headers["webhook-id"], flush=True)

    def log_message(self, format, *args):
        pass


def source(path):
    with open(path, encoding="utf-8") as file:
        return {"language": "python", "code": file.read()}


def main(command, argument):
    if command == "receive":
        Receiver.secret = os.environ["WEBHOOK_SECRET"]
        server = http.server.ThreadingHTTPServer(("127.0.0.1", int(argument)), Receiver)
        print("listening on port", server.server_port, flush=True)
        server.serve_forever()
    penstock = Penstock(os.environ["PENSTOCK_URL"], os.environ["PENSTOCK_KEY"])
    job = penstock.submit(source(argument))
    if command == "follow":
        for job in penstock.follow(job):
            print(job["status"], flush=True)
    job = penstock.wait(job)
    if "result" not in job:
        sys.exit("%s: %s" % (job["status"], job.get("error", {}).get("message", "")))
    run = job["result"].get("run") or job["result"]["compile"]
    sys.stdout.write(run["stdout"]["content"])
    sys.stderr.write(run["stderr"]["content"])


if __name__ == "__main__":
    if len(sys.argv) != 3 or sys.argv[1] not in ("run", "follow", "receive"):
        sys.exit(__doc__)
    main(sys.argv[1], sys.argv[2])
