"""What all providers on loopback share: a recording server that can be told to misbehave.

In a test: `with WhapiFake() as whapi: …`. A subclass says what its provider answers.
"""

from __future__ import annotations

import json
import sys
import threading
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

# The provider took the message, and its answer never comes.
DROP = "drop"
MALFORMED = "malformed"


@dataclass
class Request:
    method: str
    path: str
    query: dict
    headers: dict
    body: bytes
    at: float = field(default_factory=time.time)

    @property
    def json(self):
        return json.loads(self.body or b"{}")


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def handle_any(self):
        length = int(self.headers.get("Content-Length", 0))
        parts = urlsplit(self.path)
        query = {name: values[-1] for name, values in parse_qs(parts.query).items()}
        body = self.rfile.read(length)
        if len(body) < length:  # whoever asked was killed in the middle
            self.close_connection = True
            return
        request = Request(self.command, parts.path, query, dict(self.headers), body)
        answer = self.server.fake.respond(request)
        if answer is None:
            self.close_connection = True
        else:
            self.write(*answer)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = handle_any

    def write(self, status, answer, headers=None):
        raw = isinstance(answer, bytes)
        content = answer if raw else json.dumps(answer).encode()
        self.send_response(status)
        headers = {"Content-Type": "image/png" if raw else "application/json"} | (headers or {})
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *args):
        pass


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 256

    def handle_error(self, request, client_address):
        """Whoever asked may be gone by now: a worker that was killed."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


class Fake:
    """A provider. What it was asked stands in `requests`, what it took to send on in `sent`.

    latency    seconds every answer takes
    behaviour  how to treat the next sends, one each: None (as usual), a number of seconds to wait
               first, "drop" (taken, no answer), "malformed" (200, and no JSON), an HTTP status, or
               a whole (status, body[, headers])
    media      path's last part -> bytes it serves, or a whole (status, body)

    A subclass gives `is_send(request)`, `accept(request, number)` -> (status, body) and, for what
    is no send, `answer(request)` -> (status, body[, headers]); and `refusal(status)` -> body.
    """

    def __init__(self, port=0, latency=0.0, log=""):
        self.latency = latency
        self.requests, self.sent, self.behaviour, self.media = [], [], [], {}
        self.lock = threading.Lock()
        self.log = Path(log).open("a", buffering=1) if log else None  # noqa: SIM115 - for life
        self.server = Server(("127.0.0.1", port), Handler)
        self.server.fake = self
        self.port = self.server.server_address[1]
        self.url = f"http://127.0.0.1:{self.port}"

    def __enter__(self):
        # Every test that sends starts one and stops it; stopping waits half such a look round.
        threading.Thread(target=self.server.serve_forever, args=(0.005,), daemon=True).start()
        return self

    def __exit__(self, *error):
        self.server.shutdown()
        self.server.server_close()

    def respond(self, request):
        """(status, body[, headers]), or None: break off."""
        with self.lock:
            self.requests.append(request)
        if not self.is_send(request):
            return self.answer(request)
        time.sleep(self.latency)
        with self.lock:
            how = self.behaviour.pop(0) if self.behaviour else None
        if isinstance(how, tuple):
            return how
        if isinstance(how, int) and how >= 400:
            return how, self.refusal(how)
        if isinstance(how, int | float):
            time.sleep(how)
        with self.lock:
            self.sent.append(request.json if self.is_json(request) else request)
            number = len(self.sent)
            if self.log:
                self.log.write(json.dumps(self.sent[-1], default=str) + "\n")
        self.taken(request, number)
        if how == DROP:
            return None
        return (200, b"<html>") if how == MALFORMED else self.accept(request, number)

    def is_json(self, request):
        return "json" in request.headers.get("Content-Type", "")

    def is_send(self, request):
        raise NotImplementedError

    def accept(self, request, number):
        raise NotImplementedError

    def refusal(self, status):
        return {"error": f"HTTP {status}"}

    def taken(self, request, number):
        """A message was taken: a subclass may report what becomes of it."""

    def answer(self, request):
        """Everything that is no send."""
        last = request.path.rsplit("/", 1)[-1]
        content = self.media.get(last)
        if content is None:
            return 404, self.refusal(404)
        return content if isinstance(content, tuple) else (200, content)
