"""A provider's side of the webhook: every message is posted until it is answered 200."""

import random
import threading
import time
from collections import Counter, defaultdict

from chatbot.tests.graph_stub import post_signed, text_body

AT_ONCE = 10


class Senders:
    """`messages` numbered texts of `people`, spread over `seconds`; each person's in order.

    `first` is the first person's number. One post in twenty is repeated though it was answered
    200, as providers do. `answers` counts the statuses seen; `seen` keeps (time, status).
    """

    def __init__(self, door, secret, *, first, people, messages, seconds):
        self.door, self.secret = door, secret
        self.people = [str(first + n) for n in range(people)]
        self.each = messages // people
        self.pause = seconds * AT_ONCE / messages
        self.answers, self.seen, self.stopping = Counter(), [], threading.Event()
        self.kept = defaultdict(list)
        self.threads = [
            threading.Thread(target=self._run, args=(self.people[n::AT_ONCE],), daemon=True)
            for n in range(AT_ONCE)
        ]

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *error):
        if any(error):
            self.stopping.set()
        for thread in self.threads:
            thread.join()

    def _run(self, people):
        chance = random.Random(people[0])
        for n in range(self.each):
            for person in people:
                started = time.monotonic()
                body = text_body(str(n), wamid=f"wamid.{person}.{n}", sender=person)
                if not self._post_until_kept(body):
                    return
                self.kept[person].append(str(n))
                if chance.random() < 0.05:
                    self._post(body)
                self.stopping.wait(max(0, self.pause - (time.monotonic() - started)))

    def _post_until_kept(self, body):
        while not self.stopping.is_set():
            if self._post(body) == 200:
                return True
            self.stopping.wait(0.2)
        return False

    def _post(self, body):
        status = post_signed(self.door, self.secret, body)
        self.answers[status] += 1
        self.seen.append((time.monotonic(), status))
        return status
