"""Maytapi on loopback: it queues messages, keeps settings, and acknowledges if told.

In a test: `with MaytapiFake() as maytapi: …`, with its url as MAYTAPI_BASE_URL.
"""

from __future__ import annotations

import itertools
import re
import time
import uuid

from chatbot.tests.fakes.reporting import Reporter
from chatbot.tests.fakes.server import Fake

TOKEN = "maytapi-token-de-prueba"
PRODUCT = "producto-de-prueba"
PHONE = "1150"
OWN = "51999000333"
ANA = "51911000001"
SEND = re.compile(r"^/[^/]+/[^/]+/sendMessage$")

ids = itertools.count(1)


class MaytapiFake(Fake):
    """A product with one phone.

    reports  a webhook that is told the `acks` of each message, and its echo if `echoes`
    refuses  (code, words) of the next sends, one each: HTTP 200 and `success: false`
    status   what GET /{phone}/status says of the phone
    """

    def __init__(
        self, token=TOKEN, reports="", acks=("delivered", "reached"), echoes=False, **options
    ):
        super().__init__(**options)
        self.token, self.acks, self.echoes = token, acks, echoes
        self.reporter = Reporter(reports)
        self.refuses, self.ids = [], {}
        self.status = {"loggedIn": True, "isQr": False, "loading": False, "number": OWN}
        self.webhook, self.ack_delivery = "", False

    def __enter__(self):
        self.reporter.start()
        return super().__enter__()

    def __exit__(self, *error):
        self.reporter.stop()
        super().__exit__(*error)

    def knows(self, request):
        keys = {name.lower(): value for name, value in request.headers.items()}
        return keys.get("x-maytapi-key") == self.token

    def is_send(self, request):
        return request.method == "POST" and SEND.match(request.path) is not None

    def accept(self, request, number):
        if not self.knows(request):
            self.sent.pop()
            return 401, self.refusal(401)
        if self.refuses:
            self.sent.pop()
            code, words = self.refuses.pop(0)
            return 200, {"success": False, "message": words} | ({"code": code} if code else {})
        chat = chat_of(request.json["to_number"])
        return 200, {"success": True, "data": {"chatId": chat, "msgId": self.id_of(number)}}

    def id_of(self, number):
        return self.ids.setdefault(number, str(uuid.uuid4()))

    def taken(self, request, number):
        if not self.knows(request) or self.refuses:
            return
        id_, to = self.id_of(number), request.json["to_number"]
        if self.echoes:
            self.reporter.tell(echo_body(request.json.get("message", ""), id_=id_, chat=to))
        for ack in self.acks:
            self.reporter.tell(ack_body(ack_item(id_, ack, chat=to)))

    def refusal(self, status):
        said = {401: "Invalid token", 429: "Too many requests"}
        return {"success": False, "message": said.get(status, "Invalid request")}

    def answer(self, request):
        if not self.knows(request):
            return 401, self.refusal(401)
        product, *rest = request.path.strip("/").split("/")
        what = rest[-1] if rest else ""
        if what == "setWebhook":
            self.webhook = request.json["webhook"]
        elif what == "setAckPreference":
            self.ack_delivery = request.json["ack_delivery"]
        elif what == "listPhones":
            return 200, [{"id": int(PHONE), "number": OWN, "status": "active"}]
        elif what == "status":
            return 200, {"success": True, "status": self.status}
        elif what != "product":
            return super().answer(request)
        told = {"pid": product, "webhook": self.webhook, "ack_delivery": self.ack_delivery}
        return 200, told


# --- What it posts ----------------------------------------------------------------------------


def chat_of(number):
    return number if "@" in number else f"{number}@c.us"


def message_body(message=None, *, sender=ANA, phone=int(PHONE), at=None, **rest):
    """A body with a message of one person; `message` overrides its fields."""
    id_ = f"false_{sender}@c.us_3EB0{next(ids):06X}"
    known = {"type": "text", "text": "Hola", "id": id_, "_serialized": id_, "fromMe": False}
    return {
        "product_id": PRODUCT,
        "phone_id": phone,
        "message": known | (message or {}),
        "user": {"id": f"{sender}@c.us", "name": "Ana Ficticia", "phone": sender},
        "conversation": f"{sender}@c.us",
        "conversation_name": "Ana Ficticia",
        "receiver": OWN,
        "timestamp": int(time.time()) if at is None else at,
        "type": "message",
        "reply": f"https://api.maytapi.com/api/{PRODUCT}/{phone}/sendMessage",
        "productId": PRODUCT,
        "phoneId": phone,
        **rest,
    }


def text_body(text="Hola", *, id_=None, **options):
    named = {"id": id_, "_serialized": id_} if id_ else {}
    return message_body({"text": text} | named, **options)


def echo_body(text="Ya le escribo", *, id_=None, chat=ANA, **rest):
    known = f"true_{chat_of(chat)}_3EB0{next(ids):06X}"
    message = {"text": text, "id": id_ or known, "_serialized": known, "fromMe": True}
    user = {"id": f"{OWN}@c.us", "name": "Oficina Demo", "phone": OWN}
    return message_body(message, **({"conversation": chat_of(chat), "user": user} | rest))


def ack_item(id_, ack, *, chat=ANA, **rest):
    codes = {"delivered": 1, "reached": 2, "seen": 3, "played": 4, "deleted": 5}
    return {
        "ackType": ack,
        "ackCode": codes.get(ack, 0),
        "chatId": chat_of(chat),
        "msgId": id_,
        "rxid": f"true_{chat_of(chat)}_3EB0",
        "time": int(time.time()),
        **rest,
    }


def reaction_item(id_, reaction, *, by=f"{ANA}@c.us", chat=ANA, **rest):
    return {
        "chatId": chat_of(chat),
        "msgId": id_,
        "reaction": reaction,
        "reactionId": f"false_{chat_of(chat)}_3EB0{next(ids):06X}",
        "reactorId": by,
        "rxid": f"true_{chat_of(chat)}_3EB0",
        "time": int(time.time()),
        **rest,
    }


def ack_body(*items, phone=int(PHONE)):
    return {
        "type": "ack",
        "product_id": PRODUCT,
        "phone_id": phone,
        "phoneId": phone,
        "data": list(items),
    }


def error_body(id_, code="F04", words="Options are required.", *, phone=int(PHONE)):
    asked = {"id": id_, "to_number": ANA, "type": "poll", "message": "¿Sí o no?"}
    return {
        "type": "error",
        "code": code,
        "message": words,
        "product_id": PRODUCT,
        "phone_id": phone,
        "phoneId": phone,
        "data": asked | {"phone_id": str(phone)},
    }


def status_body(state, *, phone=int(PHONE)):
    return {
        "type": "status",
        "pid": PRODUCT,
        "product_id": PRODUCT,
        "phone_id": phone,
        "status": state,
    }
