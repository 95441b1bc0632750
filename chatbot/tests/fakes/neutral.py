"""An adapter on loopback, as docs/neutral-door.md asks for it; and elements as it posts them."""

from __future__ import annotations

import itertools
import time

from chatbot.tests.fakes.reporting import Reporter
from chatbot.tests.fakes.server import Fake

TOKEN = "una-palabra-larga-y-al-azar"
OWN = "51999000111"
ANA = "51911000001"

ids = itertools.count(1)


class NeutralFake(Fake):
    """It takes messages at `endpoint` and serves its files to who shows the token.

    reports  a door that is told the `states` of each message it took
    """

    def __init__(self, *args, reports="", states=("sent", "delivered"), **options):
        super().__init__(*args, **options)
        self.reporter = Reporter(reports, {"Authorization": f"Bearer {TOKEN}"})
        self.states = states

    def __enter__(self):
        self.reporter.start()
        return super().__enter__()

    @property
    def endpoint(self):
        return f"{self.url}/send"

    def is_send(self, request):
        return request.method == "POST" and self.knows(request)

    def accept(self, request, number):
        return 200, {"message_id": f"out-{number}"}

    def taken(self, request, number):
        attempt = request.json["id"]
        for state in self.states:
            self.reporter.tell(status_element(f"out-{number}", state, attempt=attempt))

    def answer(self, request):
        if not self.knows(request):
            return 401, {"error": "unknown token", "permanent": False}
        if request.path == "/send":
            return 200, {"name": "Adaptador de prueba"}
        return super().answer(request)

    def knows(self, request):
        return request.headers.get("Authorization") == f"Bearer {TOKEN}"


# --- What it posts ---------------------------------------------------------------------------


def element(type_="message", *, sender=ANA, recipient=OWN, at=None, **rest):
    return {
        "type": type_,
        "provider": "whatsapp",
        "sender": sender,
        "recipient": recipient,
        "timestamp": int(time.time()) if at is None else at,
        "name": "Ana Ficticia",
        **rest,
    }


def text_element(text="Hola", *, id_=None, **options):
    return element(message={"id": id_ or f"n-{next(ids)}", "text": text}, **options)


def status_element(id_, status, **options):
    return element("status", message={"id": id_}, status=status, **options)
