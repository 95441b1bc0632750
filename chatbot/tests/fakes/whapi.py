"""WHAPI on loopback: it takes messages, serves media, keeps settings, and reports if told.

In a test: `with WhapiFake() as whapi: …`, with its url as WHAPI_BASE_URL.
"""

from __future__ import annotations

import itertools
import time

from chatbot.tests.fakes.reporting import Reporter
from chatbot.tests.fakes.server import Fake

TOKEN = "whapi-token-de-prueba"
SECRET = "un-secreto-largo-para-whapi"
CHANNEL = "MANTIS-PRUEBA"
OWN = "51999000222"
ANA = "51911000001"

ids = itertools.count(1)


class WhapiFake(Fake):
    """One channel of WHAPI's.

    reports  a webhook that is told the `states` of each message, and its echo if `echoes`
    health   what GET /health says
    settings what PATCH /settings left
    """

    def __init__(
        self,
        token=TOKEN,
        reports="",
        secret=SECRET,
        states=("sent", "delivered"),
        echoes=False,
        **options,
    ):
        super().__init__(**options)
        self.token, self.states, self.echoes = token, states, echoes
        self.reporter = Reporter(reports, {"X-Webhook-Secret": secret})
        self.health = health_body("AUTH")["health"]
        self.settings = {}
        self.name = f"FakE{self.port}"

    def __enter__(self):
        self.reporter.start()
        return super().__enter__()

    def __exit__(self, *error):
        self.reporter.stop()
        super().__exit__(*error)

    def knows(self, request):
        return request.headers.get("Authorization") == f"Bearer {self.token}"

    def is_send(self, request):
        return request.method == "POST" and request.path.startswith("/messages/")

    def id_of(self, number):
        return f"{self.name}-{number:08d}"

    def accept(self, request, number):
        if not self.knows(request):
            self.sent.pop()
            return 401, self.refusal(401)
        message = {"id": self.id_of(number), "status": "pending", "chat_id": request.json["to"]}
        return 200, {"sent": True, "message": message}

    def taken(self, request, number):
        if not self.knows(request):
            return
        id_, to = self.id_of(number), request.json["to"]
        if self.echoes:
            said = request.json.get("body", "")
            said = said["text"] if isinstance(said, dict) else said
            self.reporter.tell(echo_body(said, id_=id_, chat=to, source="api"))
        for state in self.states:
            self.reporter.tell(status_body(id_, state, to=to))

    def refusal(self, status):
        said = {401: "Need channel authorization", 429: "Too many requests"}
        words = said.get(status, "Wrong request parameters")
        return {"error": {"code": status, "message": words, "details": "refused by the test"}}

    def answer(self, request):
        if not self.knows(request):
            return 401, self.refusal(401)
        if request.path == "/health":
            return 200, self.health
        if request.path == "/settings":
            if request.method == "PATCH":
                self.settings |= request.json
            return 200, self.settings
        if request.method == "PUT" and request.path.startswith(("/messages/", "/presences/")):
            return 200, {"success": True}
        return super().answer(request)


# --- What it posts ----------------------------------------------------------------------------


def body_of(key, *elements, event="messages", method="post", channel=CHANNEL):
    return {
        key: list(elements),
        "event": {"type": event, "event": method},
        "channel_id": channel,
    }


def message(type_="text", block=None, *, id_=None, sender=ANA, at=None, **rest):
    """An element of `messages`; `block` stands under the type's name."""
    block = {"body": "Hola"} if block is None and type_ == "text" else block
    return {
        "id": id_ or f"PsA{next(ids)}-gAAAB",
        "from_me": False,
        "type": type_,
        "chat_id": f"{sender}@s.whatsapp.net",
        "timestamp": int(time.time()) if at is None else at,
        "source": "mobile",
        "device_id": 3,
        "chat_name": "Ana Ficticia",
        "from": sender,
        "from_name": "Ana Ficticia",
        **({} if block is None else {type_: block}),
        **rest,
    }


def text_body(text="Hola", **options):
    return body_of("messages", message("text", {"body": text}, **options))


def echo(text="Ya le escribo", *, id_=None, chat=ANA, source="mobile", **rest):
    chat_id = chat if "@" in chat else f"{chat}@s.whatsapp.net"
    fields = {"from": OWN, "from_me": True, "chat_id": chat_id, "source": source}
    return message("text", {"body": text}, id_=id_, **(fields | rest))


def echo_body(text="Ya le escribo", **options):
    return body_of("messages", echo(text, **options))


def status(id_, state, *, to=ANA, at=None, **rest):
    recipient = to if "@" in to else f"{to}@s.whatsapp.net"
    at = str(int(time.time()) if at is None else at)
    return {
        "id": id_,
        "code": 3,
        "status": state,
        "recipient_id": recipient,
        "timestamp": at,
        **rest,
    }


def status_body(id_, state, **options):
    return body_of("statuses", status(id_, state, **options), event="statuses")


def health_body(text, *, uptime=60, channel=CHANNEL):
    return {
        "health": {
            "start_at": 1_790_000_000,
            "uptime": uptime,
            "version": "1.8.0",
            "status": {"code": 4, "text": text},
            "user": {"id": OWN, "name": "Oficina Demo"},
        },
        "event": {"type": "channel", "event": "post"},
        "channel_id": channel,
    }
