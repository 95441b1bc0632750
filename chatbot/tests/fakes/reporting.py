"""What becomes of a message, told to a webhook as providers do: until it is answered 200."""

from __future__ import annotations

import json
import queue
import threading
import time
import urllib.error
import urllib.request


class Reporter:
    """Posts bodies to `url` in the background; without one it keeps quiet."""

    def __init__(self, url="", headers=None):
        self.url, self.headers = url, headers or {}
        self.waiting = queue.Queue()
        self.over = False

    def start(self, threads=4):
        for _ in range(threads if self.url else 0):
            threading.Thread(target=self._tell_for_ever, daemon=True).start()

    def stop(self):
        self.over = True
        self.waiting.put(None)

    def tell(self, body):
        if self.url:
            self.waiting.put(body)

    def _tell_for_ever(self):
        while (body := self.waiting.get()) is not None and not self.over:
            if post(self.url, body, self.headers) != 200:
                time.sleep(0.2)
                self.waiting.put(body)
        self.waiting.put(None)  # for the next of these threads


def post(url, body, headers):
    """The HTTP status; 0 where nobody listens."""
    raw = json.dumps(body).encode()
    headers = {"Content-Type": "application/json", **headers}
    request = urllib.request.Request(url, data=raw, headers=headers, method="POST")
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.status
    except urllib.error.HTTPError as error:
        return error.code
    except OSError:
        return 0
