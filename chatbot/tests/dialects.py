"""How each provider says the same few things, for tests that hold for all of them.

Every body is written by hand from the provider's documented field names.
"""

import itertools
import json

from chatbot.channels.signed import sign
from crm.conversations.models import Channel

SECRET = "un-secreto-de-prueba-muy-largo"
AT = 1_790_000_000
updates = itertools.count(5000)


class Dialect:
    """One provider's words. `body(*elements)` puts them into one request's body.

    text, echo, status, edit, deletion give one element; None where the provider has no such
    thing. `OPTIONAL` are paths of keys in a text element that may be missing.
    """

    slug = ""
    credentials: dict = {}
    external_id = ""
    batches = True
    OPTIONAL: tuple = ()

    def channel(self):
        return Channel.objects.create(
            name=f"Prueba {self.slug}",
            provider=self.slug,
            mode=Channel.Mode.DRY_RUN,
            external_id=self.external_id,
            credentials=self.credentials,
        )

    def headers(self, raw):
        return {}

    def forged(self, raw):
        """Headers that prove nothing; None where the address itself is the proof."""
        return {}

    def body(self, *elements):
        raise NotImplementedError

    def text(self, id_, sender, words="Hola", at=AT):
        raise NotImplementedError

    def echo(self, id_, to, words):
        return None

    def status(self, id_, state):
        return None

    def edit(self, id_, sender, words):
        return None

    def deletion(self, id_, sender):
        return None

    def unknown(self, id_, sender):
        """A message of a type nobody has heard of."""
        raise NotImplementedError

    def stored_id(self, id_, sender):
        return id_


class MetaDialect(Dialect):
    slug = "meta"
    credentials = {"app_secret": SECRET, "access_token": "t"}
    external_id = "100200"
    OPTIONAL = (("timestamp",), ("from_user_id",), ("text",), ("type",), ("id",))

    def headers(self, raw):
        return {"X-Hub-Signature-256": sign(SECRET, raw)}

    def forged(self, raw):
        return {"X-Hub-Signature-256": sign("otro", raw)}

    def body(self, *elements):
        changes = [self._change(element) for element in elements]
        entry = {"id": "900100", "changes": changes}
        return {"object": "whatsapp_business_account", "entry": [entry]}

    def _change(self, element):
        field, name, item = element
        contacts = [
            {"profile": {"name": f"Persona {digits}"}, "wa_id": digits}
            for digits in [item.get("from") if isinstance(item, dict) else None]
            if digits
        ]
        value = {
            "messaging_product": "whatsapp",
            "metadata": {"display_phone_number": "15550001111", "phone_number_id": "100200"},
            "contacts": contacts,
            name: [item],
        }
        return {"field": field, "value": value}

    def _message(self, id_, sender, type_, at=AT, **block):
        item = {"from": sender, "id": id_, "timestamp": str(at), "type": type_, **block}
        item["from_user_id"] = f"PE.{sender}"
        return ("messages", "messages", item)

    def text(self, id_, sender, words="Hola", at=AT):
        return self._message(id_, sender, "text", at, text={"body": words})

    def broken(self):
        return ("messages", "messages", "nada")

    def unknown(self, id_, sender):
        return self._message(id_, sender, "hologram", hologram={"x": 1})

    def echo(self, id_, to, words):
        item = {"from": "15550001111", "to": to, "id": id_, "timestamp": str(AT), "type": "text"}
        return ("smb_message_echoes", "message_echoes", {**item, "text": {"body": words}})

    def status(self, id_, state):
        item = {"id": id_, "status": state, "timestamp": str(AT), "recipient_id": "51911000001"}
        return ("messages", "statuses", item)

    def edit(self, id_, sender, words):
        message = {"type": "text", "text": {"body": words}, "context": {"id": "M0"}}
        edit = {"original_message_id": id_, "message": message}
        return self._message(f"{id_}.edit", sender, "edit", edit=edit)

    def deletion(self, id_, sender):
        revoke = {"original_message_id": id_}
        return self._message(f"{id_}.revoke", sender, "revoke", revoke=revoke)


class WhapiDialect(Dialect):
    slug = "whapi"
    credentials = {"webhook_secret": SECRET, "access_token": "t"}
    external_id = "MANTIS-M72HC"
    OPTIONAL = (("timestamp",), ("from",), ("from_name",), ("source",), ("text",), ("id",))

    def headers(self, raw):
        return {"X-Webhook-Secret": SECRET}

    def forged(self, raw):
        return {"X-Webhook-Secret": "otro"}

    def body(self, *elements):
        body = {"event": {"type": "messages", "event": "post"}, "channel_id": self.external_id}
        for name, item in elements:
            body.setdefault(name, []).append(item)
        return body

    def _message(self, id_, sender, type_, *, mine=False, at=AT, **block):
        return (
            "messages",
            {
                "id": id_,
                "from_me": mine,
                "type": type_,
                "chat_id": f"{sender}@s.whatsapp.net",
                "timestamp": at,
                "source": "mobile",
                "from": "15550001111" if mine else sender,
                "from_name": "Ana Ficticia",
                **block,
            },
        )

    def text(self, id_, sender, words="Hola", at=AT):
        return self._message(id_, sender, "text", at=at, text={"body": words})

    def broken(self):
        return ("messages", 17)

    def unknown(self, id_, sender):
        return self._message(id_, sender, "hologram", hologram={})

    def echo(self, id_, to, words):
        return self._message(id_, to, "text", mine=True, text={"body": words})

    def status(self, id_, state):
        item = {"id": id_, "status": state, "timestamp": str(AT)}
        return ("statuses", {**item, "recipient_id": "51911000001@s.whatsapp.net"})

    def edit(self, id_, sender, words):
        action = {"target": id_, "type": "edit", "edited_content": {"body": words}}
        return self._message(f"{id_}.edit", sender, "action", action=action)

    def deletion(self, id_, sender):
        action = {"target": id_, "type": "delete"}
        return self._message(f"{id_}.gone", sender, "action", action=action)


class MaytapiDialect(Dialect):
    slug = "maytapi"
    credentials = {"product_id": "p1", "access_token": "t"}
    external_id = "1150"
    batches = False
    OPTIONAL = (
        ("timestamp",),
        ("user",),
        ("user", "phone"),
        ("conversation",),
        ("receiver",),
        ("message", "_serialized"),
        ("type",),
    )

    def forged(self, raw):
        return None

    def body(self, element):
        return element

    def _message(self, id_, person, message, *, mine=False, at=AT):
        return {
            "product_id": "p1",
            "phone_id": 1150,
            "type": "message",
            "message": {"id": id_, "_serialized": id_, "fromMe": mine, **message},
            "user": {"id": f"{person}@c.us", "name": "Ana Ficticia", "phone": person},
            "conversation": f"{person}@c.us",
            "receiver": "15550001111",
            "timestamp": at,
        }

    def text(self, id_, sender, words="Hola", at=AT):
        return self._message(id_, sender, {"type": "text", "text": words}, at=at)

    def broken(self):
        return {"product_id": "p1", "message": 5}

    def unknown(self, id_, sender):
        return self._message(id_, sender, {"type": "hologram"})

    def echo(self, id_, to, words):
        return self._message(id_, to, {"type": "text", "text": words}, mine=True)

    def status(self, id_, state):
        words = {"sent": "delivered", "delivered": "reached", "read": "seen"}
        if state not in words:
            data = {"id": id_, "to_number": "51911000001"}
            return {"type": "error", "code": "F04", "message": "no", "phone_id": 1150, "data": data}
        item = {"ackType": words[state], "msgId": id_, "time": AT, "chatId": "51911000001@c.us"}
        return {"type": "ack", "product_id": "p1", "phone_id": 1150, "data": [item]}


class TelegramDialect(Dialect):
    slug = "telegram"
    credentials = {"webhook_secret": SECRET, "access_token": "1:t"}
    batches = False
    OPTIONAL = (("date",), ("from", "first_name"), ("from", "is_bot"), ("text",), ("from",))

    def headers(self, raw):
        return {"X-Telegram-Bot-Api-Secret-Token": SECRET}

    def forged(self, raw):
        return {"X-Telegram-Bot-Api-Secret-Token": "otro"}

    def body(self, element):
        kind, item, update = element
        return {"update_id": update, kind: item}

    def _message(self, id_, sender, **parts):
        person = {"id": int(sender), "is_bot": False, "first_name": "Ana"}
        chat = {"id": int(sender), "type": "private", "first_name": "Ana"}
        return {"message_id": number(id_), "from": person, "chat": chat, "date": AT, **parts}

    def text(self, id_, sender, words="Hola", at=AT):
        message = self._message(id_, sender, text=words, date=at)
        return ("message", message, number(id_))

    def broken(self):
        return ("message", "nada", next(updates))

    def unknown(self, id_, sender):
        return ("message", self._message(id_, sender, hologram={}), number(id_))

    def edit(self, id_, sender, words):
        message = self._message(id_, sender, text=words, edit_date=AT + 10)
        return ("edited_message", message, next(updates))

    def stored_id(self, id_, sender):
        return f"{sender}.{number(id_)}"


class InstagramDialect(Dialect):
    slug = "instagram"
    credentials = {"app_secret": SECRET, "access_token": "t"}
    external_id = "178414"
    OPTIONAL = (("timestamp",), ("recipient",), ("message", "text"), ("message", "mid"))

    headers = MetaDialect.headers
    forged = MetaDialect.forged

    def body(self, *elements):
        entry = {"id": "178414", "time": AT * 1000, "messaging": list(elements)}
        return {"object": "instagram", "entry": [entry]}

    def _item(self, person, *, mine=False, **parts):
        ids = ({"id": "178414"}, {"id": person}) if mine else ({"id": person}, {"id": "178414"})
        return {"sender": ids[0], "recipient": ids[1], "timestamp": AT * 1000, **parts}

    def text(self, id_, sender, words="Hola", at=AT):
        item = self._item(sender, message={"mid": id_, "text": words})
        return {**item, "timestamp": at * 1000}

    def broken(self):
        return ["nada"]

    def unknown(self, id_, sender):
        hologram = [{"type": "hologram", "payload": {}}]
        return self._item(sender, message={"mid": id_, "attachments": hologram})

    def echo(self, id_, to, words):
        return self._item(to, mine=True, message={"mid": id_, "text": words, "is_echo": True})

    def status(self, id_, state):
        return self._item("51911000001", read={"mid": id_}) if state == "read" else None

    def edit(self, id_, sender, words):
        return self._item(sender, message_edit={"mid": id_, "text": words, "num_edit": 1})

    def deletion(self, id_, sender):
        return self._item(sender, message={"mid": id_, "is_deleted": True})


class NeutralDialect(Dialect):
    slug = "neutral"
    credentials = {"token": SECRET, "endpoint_url": "http://127.0.0.1:9/"}
    external_id = "15550001111"
    OPTIONAL = (("timestamp",), ("name",), ("recipient",), ("provider",), ("message", "id"))

    def headers(self, raw):
        return {"Authorization": f"Bearer {SECRET}"}

    def forged(self, raw):
        return {"Authorization": "Bearer otro"}

    def body(self, *elements):
        return {"messages": list(elements)}

    def _item(self, type_, sender, recipient, **parts):
        item = {"type": type_, "provider": "correo", "sender": sender, "recipient": recipient}
        return {**item, "timestamp": AT, "name": "Ana Ficticia", **parts}

    def text(self, id_, sender, words="Hola", at=AT):
        message = {"id": id_, "text": words}
        return self._item("message", sender, "15550001111", message=message, timestamp=at)

    def broken(self):
        return "nada"

    def unknown(self, id_, sender):
        return self._item("hologram", sender, "15550001111", message={"id": id_})

    def echo(self, id_, to, words):
        return self._item("message", "15550001111", to, message={"id": id_, "text": words})

    def status(self, id_, state):
        to = "51911000001"
        return self._item("status", "15550001111", to, message={"id": id_}, status=state)

    def edit(self, id_, sender, words):
        return self._item("edit", sender, "15550001111", message={"id": id_, "text": words})

    def deletion(self, id_, sender):
        return self._item("deletion", sender, "15550001111", message={"id": id_})


class SimulatorDialect(MetaDialect):
    slug = "simulator"


def number(id_):
    """Telegram counts; "uno" and "dos" are numbers of their own there."""
    return int.from_bytes(json.dumps(id_).encode()[-6:], "big") % 10**9


DIALECTS = [
    MetaDialect(),
    WhapiDialect(),
    MaytapiDialect(),
    TelegramDialect(),
    InstagramDialect(),
    NeutralDialect(),
    SimulatorDialect(),
]
