"""A Graph API on loopback: it takes messages, keeps them, and reports statuses as Meta does.

In a test: `with GraphStub() as graph: …`. As a process, for load and fault runs:
`python -m chatbot.tests.graph_stub --port 9001 --statuses URL --secret S --log FILE`.
"""

from __future__ import annotations

import argparse
import hashlib
import hmac
import json
import queue
import sys
import threading
import time
import urllib.error
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        status, answer = self.server.graph.post(self.path, json.loads(body), self.headers)
        if status:
            self.answer(status, answer)
        else:
            self.close_connection = True  # it was taken, and the answer never comes

    def do_GET(self):
        status, answer = self.server.graph.get(self.path.split("?")[0], self.headers)
        self.answer(status, answer)

    def answer(self, status, answer):
        raw = isinstance(answer, bytes)
        content = answer if raw else json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Type", "image/png" if raw else "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *args):
        pass


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 256


class GraphStub:
    """What it received stands in `sent` (payloads in order of arrival) with `times` beside.

    errors   how to refuse the next sends, one each: a code of Meta's, a whole (status, body), or
             "drop", which takes the message and breaks off
    ids      ids to give the next messages, instead of the stub's own
    media    id -> bytes it serves; or a (status, body) instead of them, or what it says about them
    """

    def __init__(
        self, port=0, latency=0.0, statuses="", secret="", states=("sent", "delivered"), log=""
    ):
        self.latency, self.statuses, self.secret, self.states = latency, statuses, secret, states
        self.sent, self.times, self.headers, self.errors, self.media = [], [], [], [], {}
        self.subscribed, self.ids = [], []
        self.lock = threading.Lock()
        self.log = Path(log).open("a", buffering=1) if log else None  # noqa: SIM115 - for life
        self.reports = queue.Queue()
        self.server = Server(("127.0.0.1", port), Handler)
        self.server.graph = self
        self.port = self.server.server_address[1]
        self.url = f"http://127.0.0.1:{self.port}"
        # A provider that is started again goes on with ids it never gave before.
        self.name = f"wamid.STUB{self.port}.{time.time_ns():x}"

    def __enter__(self):
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()
        for _ in range(4 if self.statuses else 0):
            threading.Thread(target=self.report_for_ever, daemon=True).start()
        return self

    def __exit__(self, *error):
        self.server.shutdown()
        self.server.server_close()

    def post(self, path, body, headers):
        if path.endswith("/subscribed_apps"):
            self.subscribed.append(body)
            return 200, {"success": True}
        time.sleep(self.latency)
        with self.lock:
            error = self.errors.pop(0) if self.errors else None
            if isinstance(error, tuple):
                return error
            if error is not None and error != "drop":
                return 400, {"error": {"message": f"(#{error}) refused", "code": error}}
            own = f"{self.name}.{len(self.sent) + 1}"
            wamid = self.ids.pop(0) if self.ids else own
            self.sent.append(body)
            self.times.append(time.time())
            self.headers.append(dict(headers))
            if self.log:
                self.log.write(json.dumps(body) + "\n")
        to = body.get("to") or body.get("recipient")
        for state in self.states if self.statuses else ():
            self.reports.put((wamid, state, to, body.get("biz_opaque_callback_data")))
        if error == "drop":
            return 0, None
        contact = {"input": to, "wa_id": to}
        return 200, {
            "messaging_product": "whatsapp",
            "contacts": [contact],
            "messages": [{"id": wamid}],
        }

    def get(self, path, headers):
        last = path.rsplit("/", 1)[-1]
        if path.startswith("/files/"):
            if not headers.get("Authorization"):
                return 401, {"error": {"code": 190, "message": "no token"}}
            content = self.media[last]
            return content if isinstance(content, tuple) else (200, content)
        if isinstance(self.media.get(last), dict):
            return 200, self.media[last]
        if last in self.media:
            return 200, {"url": f"{self.url}/files/{last}", "mime_type": "image/png", "id": last}
        if last == "subscribed_apps":
            data = [
                {"override_callback_uri": b.get("override_callback_uri")} for b in self.subscribed
            ]
            return 200, {"data": data}
        return 200, {"display_phone_number": "+51 1 555 0100", "verified_name": "Oficina Demo"}

    def report_for_ever(self):
        while True:
            report = self.reports.get()
            if not self.report(*report):
                time.sleep(0.2)
                self.reports.put(report)  # as Meta does: until it is answered 200

    def report(self, wamid, state, to, callback):
        status = {
            "id": wamid,
            "status": state,
            "timestamp": str(int(time.time())),
            "recipient_id": to,
            "biz_opaque_callback_data": callback,
        }
        value = {"messaging_product": "whatsapp", "statuses": [status]}
        return post_signed(self.statuses, self.secret, envelope(value)) == 200

    def texts(self, to=None):
        chosen = [body for body in self.sent if to in (None, body.get("to"))]
        return [text_of(body) for body in chosen]


def text_of(body):
    if body["type"] == "interactive":
        return body["interactive"]["body"]["text"]
    return body["text"]["body"]


def envelope(value, field="messages"):
    return {
        "object": "whatsapp_business_account",
        "entry": [{"id": "900100", "changes": [{"field": field, "value": value}]}],
    }


def text_body(text, *, wamid, sender="51911000001", name="Ana Ficticia", number="100200", at=None):
    """Meta's body of one text message, as in its documentation."""
    message = {
        "from": sender,
        "id": wamid,
        "timestamp": str(at or int(time.time())),
        "type": "text",
        "text": {"body": text},
    }
    return message_body(message, sender=sender, name=name, number=number)


def message_body(message, *, sender="51911000001", name="Ana Ficticia", number="100200"):
    return envelope(
        {
            "messaging_product": "whatsapp",
            "metadata": {"display_phone_number": "15550001111", "phone_number_id": number},
            "contacts": [{"profile": {"name": name}, "wa_id": sender}],
            "messages": [message],
        }
    )


def sign(secret, raw):
    """As Meta's documentation says, without Django, so that the stub runs as a bare process."""
    return "sha256=" + hmac.new(secret.encode(), raw, hashlib.sha256).hexdigest()


def post_signed(url, secret, body):
    """POST a body signed as Meta signs; the HTTP status, 0 where nobody listens."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    headers = {"Content-Type": "application/json", "X-Hub-Signature-256": sign(secret, raw)}
    request = urllib.request.Request(url, data=raw, headers=headers, method="POST")
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.status
    except urllib.error.HTTPError as error:
        return error.code
    except OSError:
        return 0


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--latency", type=float, default=0.0)
    parser.add_argument("--statuses", default="")
    parser.add_argument("--secret", default="")
    parser.add_argument("--log", default="")
    options = parser.parse_args()
    with GraphStub(**vars(options)) as graph:
        sys.stdout.write(f"{graph.url}\n")
        sys.stdout.flush()
        threading.Event().wait()


if __name__ == "__main__":
    main()
