"""Telegram's Bot API on loopback: it takes messages and files, and gives updates and files out.

In a test: `with TelegramFake() as telegram: …`, with its url as TELEGRAM_API_URL.
"""

import itertools
import re
import time
from email import message_from_bytes

from chatbot.tests.fakes.server import Fake

TOKEN = "4711:AAfictitious-token_of_no_bot_at_all"
NO_MESSAGE = {"sendChatAction"}
PATH = re.compile(r"^/(?P<file>file/)?bot(?P<token>[^/]+)/(?P<rest>.*)$")


def form(request):
    """The fields of a multipart request: name -> text, or (file name, type, bytes)."""
    kind = request.headers["Content-Type"].encode()
    parts = message_from_bytes(b"Content-Type: " + kind + b"\r\n\r\n" + request.body)
    fields = {}
    for part in parts.get_payload():
        name = part.get_param("name", header="content-disposition")
        content = part.get_payload(decode=True)
        given = part.get_filename()
        fields[name] = (given, part.get_content_type(), content) if given else content.decode()
    return fields


class TelegramFake(Fake):
    """A bot of Telegram's.

    updates    what `getUpdates` still has to give: it goes once the offset has passed it
    calls      (method, parameters) of everything that is no message
    webhook    what `getWebhookInfo` says; with a "url" in it `getUpdates` is a conflict
    moved      group id -> the supergroup's it has become
    """

    def __init__(self, token=TOKEN, **options):
        super().__init__(**options)
        self.token = token
        self.updates, self.calls, self.moved = [], [], {}
        self.webhook = {"url": "", "pending_update_count": 0}

    def is_send(self, request):
        path = PATH.match(request.path)
        method = path["rest"] if path and not path["file"] else ""
        return method.startswith("send") and method not in NO_MESSAGE and self.knows(request)

    def knows(self, request):
        path = PATH.match(request.path)
        return bool(path) and path["token"] == self.token

    def parameters(self, request):
        return request.json if self.is_json(request) else form(request)

    def accept(self, request, number):
        chat = str(self.parameters(request)["chat_id"])
        if new := self.moved.get(chat):
            self.sent.pop()
            return 400, {
                "ok": False,
                "error_code": 400,
                "description": "Bad Request: group chat was upgraded to a supergroup chat",
                "parameters": {"migrate_to_chat_id": new},
            }
        message = {"message_id": 9000 + number, "chat": {"id": int(chat)}, "date": int(time.time())}
        return 200, {"ok": True, "result": message}

    def refusal(self, status):
        known = {
            400: "Bad Request: message text is empty",
            401: "Unauthorized",
            403: "Forbidden: bot was blocked by the user",
            404: "Not Found",
            409: "Conflict: can't use getUpdates method while webhook is active",
            429: "Too Many Requests: retry after 7",
        }
        said = known.get(status, "Internal Server Error")
        refused = {"ok": False, "error_code": status, "description": said}
        return refused | ({"parameters": {"retry_after": 7}} if status == 429 else {})

    def answer(self, request):
        path = PATH.match(request.path)
        if path is None or not self.knows(request):
            return 401, self.refusal(401)
        if path["file"]:
            return super().answer(request)
        method, given = path["rest"], self.parameters(request)
        with self.lock:
            self.calls.append((method, given))
            how = self.behaviour.pop(0) if method == "getUpdates" and self.behaviour else None
        if how is not None:
            return how if isinstance(how, tuple) else (how, self.refusal(how))
        result = getattr(self, f"on_{method}", lambda given: True)(given)
        return result if isinstance(result, tuple) else (200, {"ok": True, "result": result})

    def on_getMe(self, given):
        own = int(self.token.partition(":")[0])
        return {"id": own, "is_bot": True, "first_name": "Oficina Demo", "username": "demo_bot"}

    def on_setWebhook(self, given):
        if not given["url"].startswith("https://"):
            said = "Bad Request: bad webhook: An HTTPS URL must be provided for webhook"
            return 400, {"ok": False, "error_code": 400, "description": said}
        self.webhook = {"url": given["url"], "pending_update_count": 0}
        return True

    def on_deleteWebhook(self, given):
        self.webhook = {"url": "", "pending_update_count": 0}
        return True

    def on_getWebhookInfo(self, given):
        return self.webhook

    def on_getUpdates(self, given):
        if self.webhook["url"]:
            return 409, self.refusal(409)
        with self.lock:
            self.updates = [
                one for one in self.updates if one["update_id"] >= given.get("offset", 0)
            ]
            waiting = list(self.updates)
        if not waiting:
            time.sleep(min(given.get("timeout", 0), 0.05))
        return waiting

    def on_getFile(self, given):
        content = self.media.get(given["file_id"])
        if content is None:
            said = "Bad Request: wrong file_id or the file is temporarily unavailable"
            return 400, {"ok": False, "error_code": 400, "description": said}
        if isinstance(content, bytes) and len(content) > 20 * 1024 * 1024:
            said = "Bad Request: file is too big"
            return 400, {"ok": False, "error_code": 400, "description": said}
        return {"file_id": given["file_id"], "file_path": f"documents/{given['file_id']}"}


# --- What a bot is told ----------------------------------------------------------------------

SECRET = "s3cr3t_of-telegram"
ANA, LUIS, GROUP, SUPERGROUP = 7001, 7002, -5001, -1005001
PEOPLE = {
    ANA: {"id": ANA, "is_bot": False, "first_name": "Ana", "last_name": "Ficticia"},
    LUIS: {"id": LUIS, "is_bot": False, "first_name": "Luis", "last_name": "Inventado"},
}
numbers = itertools.count(1001)


def update(**kind):
    """One update: update(message={…})."""
    return {"update_id": next(numbers), **kind}


def private(sender=ANA):
    return {"id": sender, "type": "private", "first_name": PEOPLE[sender]["first_name"]}


def group(id_=GROUP, type_="group"):
    return {"id": id_, "type": type_, "title": "Copropietarios"}


def message(number=5, *, sender=ANA, chat=None, **content):
    """A message as Telegram has it; a text, if nothing else is said."""
    return {
        "message_id": number,
        "from": PEOPLE[sender],
        "chat": chat or private(sender),
        "date": int(time.time()),
        **(content or {"text": "Hola"}),
    }


def written(text, number=5, **fields):
    return update(message=message(number, text=text, **fields))


def tap(data="menu:saldo", *, sender=ANA, **fields):
    """A button tapped, under a menu with two."""
    buttons = [("menu:saldo", "Mi saldo"), ("menu:asesor", "Un asesor")]
    rows = [[{"text": title, "callback_data": id_}] for id_, title in buttons]
    menu = {
        "message_id": 9,
        "chat": private(sender),
        "date": 1790000020,
        "text": "Menú",
        "reply_markup": {"inline_keyboard": rows},
    }
    query = {"id": "4382", "from": PEOPLE[sender], "chat_instance": "-11", "data": data}
    return update(callback_query={"message": menu, **query, **fields})


def membership(status, *, chat=None):
    bot = {"id": 4711, "is_bot": True, "first_name": "Bot"}
    change = {
        "chat": chat or private(),
        "from": PEOPLE[ANA],
        "date": int(time.time()),
        "old_chat_member": {"status": "member", "user": bot},
        "new_chat_member": {"status": status, "user": bot, "until_date": 0},
    }
    return update(my_chat_member=change)


def reaction(*emoji, chat=None):
    change = {
        "chat": chat or private(),
        "message_id": 9,
        "user": PEOPLE[ANA],
        "date": int(time.time()),
        "old_reaction": [],
        "new_reaction": [{"type": "emoji", "emoji": one} for one in emoji],
    }
    return update(message_reaction=change)


def file(id_="F1", **more):
    return {"file_id": id_, "file_unique_id": f"u{id_}", "file_size": 8000, **more}


PHOTO = [file("F1s", width=90, height=60), file("F1l", width=1280, height=853)]
PLACE = {"latitude": -12.0464, "longitude": -77.0428}
CARD = {"phone_number": "+51911000001", "first_name": "Ana", "user_id": ANA}
GIF = file("G1", file_name="gif.mp4", mime_type="video/mp4")

# One of each kind, as Telegram documents them.
UPDATES = [
    written("/start ad_17", entities=[{"type": "bot_command", "offset": 0, "length": 6}]),
    update(message=message(caption="DNI", photo=PHOTO, media_group_id="1")),
    update(message=message(document=file(file_name="carta.pdf", mime_type="application/pdf"))),
    update(message=message(voice=file(duration=4, mime_type="audio/ogg"))),
    update(message=message(audio=file(duration=4, mime_type="audio/mpeg", title="x"))),
    update(message=message(video=file(duration=4, width=1, height=1, mime_type="video/mp4"))),
    update(message=message(video_note=file(duration=4, length=240))),
    update(message=message(animation=GIF, document=GIF)),
    update(message=message(sticker=file(width=512, height=512, emoji="👍", is_animated=False))),
    update(message=message(location=PLACE)),
    update(
        message=message(location=PLACE, venue={"location": PLACE, "title": "Of.", "address": "A"})
    ),
    update(message=message(contact=CARD)),
    update(message=message(text="Sí", reply_to_message=message(3))),
    update(message=message(text="Mira", forward_origin={"type": "hidden_user", "date": 1})),
    update(message=message(poll={"id": "1", "question": "¿Sí?", "options": []})),
    update(message=message(chat=group(), text="Buenas", sender=LUIS)),
    update(message=message(chat=group(), migrate_to_chat_id=SUPERGROUP)),
    update(message=message(chat=group(), new_chat_title="Otro")),
    update(edited_message=message(text="Hola!", edit_date=int(time.time()))),
    tap(),
    tap(message={"message_id": 9, "chat": private(), "date": 0}),
    membership("kicked"),
    reaction("👍"),
    update(channel_post={"message_id": 1, "chat": {"id": -1007, "type": "channel"}, "text": "x"}),
]
