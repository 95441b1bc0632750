"""A provider's side of the webhook: every message is posted until it is answered 200."""

import random
import threading
import time
from collections import Counter

AT_ONCE = 10


class Senders:
    """`messages` numbered texts of `people`, spread over `seconds`; each person's in order.

    `post(person, n)` brings a person's n-th text and gives the HTTP status. `first` is the first
    person's number. One post in twenty is repeated though it was answered 200, as providers do.
    `answers` counts the statuses seen; `seen` keeps (time, status).
    """

    def __init__(self, post, *, first, people, messages, seconds, at_once=AT_ONCE):
        self.post = post
        self.people = [str(first + n) for n in range(people)]
        self.each = messages // people
        self.pause = seconds * at_once / messages
        self.answers, self.seen, self.stopping = Counter(), [], threading.Event()
        self.threads = [
            threading.Thread(target=self._run, args=(self.people[n::at_once],), daemon=True)
            for n in range(at_once)
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
                if not self._post_until_kept(person, n):
                    return
                if chance.random() < 0.05:
                    self._post(person, n)
                self.stopping.wait(max(0, self.pause - (time.monotonic() - started)))

    def _post_until_kept(self, person, n):
        while not self.stopping.is_set():
            if self._post(person, n) == 200:
                return True
            self.stopping.wait(0.2)
        return False

    def _post(self, person, n):
        status = self.post(person, n)
        self.answers[status] += 1
        self.seen.append((time.monotonic(), status))
        return status
