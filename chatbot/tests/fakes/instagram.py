"""Instagram on loopback: its sending API, names, subscriptions; and bodies as it posts them."""

from __future__ import annotations

import itertools
import threading
import time

from chatbot.tests.fakes.server import Fake
from chatbot.tests.graph_stub import post_signed

ACCOUNT = "17841400000000001"
ANA = "9001"
TOKEN = "token-de-prueba"

mids = itertools.count(1)


class InstagramFake(Fake):
    """One account.

    names    IGSID -> what is told of them; None: they have not agreed to it yet
    reports  a webhook that is told, signed with `secret`, the echo of each message it took
    """

    def __init__(self, *args, reports="", secret="", **options):
        super().__init__(*args, **options)
        self.reports, self.secret = reports, secret
        self.names = {ANA: {"name": "Ana Ficticia", "username": "ana.ficticia", "id": ANA}}
        self.subscribed = []
        self.actions = []

    def is_send(self, request):
        return request.path.endswith("/me/messages") and "message" in request.json

    def accept(self, request, number):
        person = request.json["recipient"]["id"]
        return 200, {"recipient_id": person, "message_id": f"m_out_{number}"}

    def taken(self, request, number):
        if self.reports:
            person, said = request.json["recipient"]["id"], request.json["message"]
            echo = echo_item(said.get("text", ""), mid=f"m_out_{number}", person=person)
            threading.Thread(target=self.tell, args=(body(echo),), daemon=True).start()

    def tell(self, content):
        while post_signed(self.reports, self.secret, content) != 200:
            time.sleep(0.2)

    def refusal(self, status):
        """With Meta's codes below 500; a gateway knows none."""
        if status >= 500:
            return {}
        return error_body({401: 190, 429: 4}.get(status, 100), f"refused with {status}")

    def answer(self, request):
        *_version, last = request.path.strip("/").split("/")
        if last in self.media:
            return super().answer(request)
        if request.headers.get("Authorization") != f"Bearer {TOKEN}":
            return 401, error_body(190, "Invalid OAuth access token.")
        if last == "messages":
            self.actions.append((request.json["sender_action"], request.json["recipient"]["id"]))
            return 200, {"recipient_id": request.json["recipient"]["id"]}
        if last == "subscribed_apps":
            return self.subscribe(request)
        if last == "me":
            return 200, {"user_id": ACCOUNT, "username": "inmobiliaria.ficticia", "id": "1"}
        if last in self.names:
            return self.tell_of(last)
        return 400, error_body(100, "Unsupported get request.")

    def subscribe(self, request):
        if request.method == "POST":
            self.subscribed = request.query["subscribed_fields"].split(",")
            return 200, {"success": True}
        return 200, {"data": [{"name": "Ventanilla", "subscribed_fields": self.subscribed}]}

    def tell_of(self, person):
        about = self.names[person]
        if about is None:
            return 403, error_body(230, "User consent is required to access user profile.")
        return 200, about


def error_body(code, message="refused", **rest):
    return {"error": {"message": message, "type": "IGApiException", "code": code, **rest}}


# --- What it posts ---------------------------------------------------------------------------


def item(*, sender=ANA, recipient=ACCOUNT, at=None, **content):
    """One messaging item; times in milliseconds."""
    at = int(time.time() * 1000) if at is None else at
    return {"sender": {"id": sender}, "recipient": {"id": recipient}, "timestamp": at, **content}


def text_item(text="Hola", *, mid=None, **options):
    return item(message={"mid": mid or f"m_{next(mids)}", "text": text}, **options)


def file_item(type_="image", url="https://x.fbcdn.net/1.jpg", *, mid=None, **payload):
    attachment = {"type": type_, "payload": {"url": url, **payload}}
    return item(message={"mid": mid or f"m_{next(mids)}", "attachments": [attachment]})


def echo_item(text="Le ayudo", *, mid=None, person=ANA, **options):
    message = {"mid": mid or f"m_{next(mids)}", "text": text, "is_echo": True}
    return item(sender=ACCOUNT, recipient=person, message=message, **options)


def body(*items, name="messaging", account=ACCOUNT):
    return {"object": "instagram", "entry": [entry(*items, name=name, account=account)]}


def entry(*items, name="messaging", account=ACCOUNT):
    return {"id": account, "time": int(time.time() * 1000), name: list(items)}
