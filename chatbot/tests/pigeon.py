"""All that a new channel is: this module, and a line in registry.CHANNELS."""

from collections.abc import Mapping

from chatbot.channels import http
from chatbot.channels.base import CredentialField, Outgoing, Provider
from chatbot.channels.events import Address, Event, InboundMessage, Json, StatusUpdate, Understood
from chatbot.channels.reading import dicts, identifier, mapping, moment, notice, plain
from crm.conversations.models import Message
from crm.conversations.rules import Rules


class Pigeon(Provider):
    slug = "pigeon"
    label = "Carrier pigeons"
    icon = "feather"
    external_id = "Loft number"
    proof = "ring"
    rules = Rules(longest_text=80, per_second=1)
    fields = (
        CredentialField("ring", "Ring number", required=True),
        CredentialField("loft", "Address of the loft", secret=False, required=True),
    )
    steps = ("Train the pigeons to come to {url}.",)

    def verify(self, headers: Mapping[str, str], body: bytes) -> bool:
        return self.same(headers.get("X-Ring", ""), "ring")

    def parse(self, body: Json) -> list[Event]:
        return [self._event(note) for note in dicts(body.get("notes"))] or [notice(body)]

    def _event(self, note: Json) -> Event:
        id_, who = identifier(note.get("id")), identifier(note.get("from"))
        if not id_:
            return notice(note)
        if note.get("arrived") is True:
            return Event("status", f"status:{id_}:delivered", "s", {"note": note})
        return Event("message", f"message:{id_}", f"p:{who}", {"note": note})

    def understand(self, kind: str, payload: Json) -> Understood | None:
        note = mapping(payload.get("note"))
        id_, at = identifier(note.get("id")), moment(note.get("at"))
        if kind == "status":
            return StatusUpdate(id=id_, state=Message.State.DELIVERED, at=at)
        if kind != "message":
            return None
        who = Address("user_id", identifier(note.get("from")))
        text = plain(note.get("words"))
        return InboundMessage(id_, (who,), Message.Kind.TEXT, name=who.value, at=at, text=text)

    def send(self, message: Outgoing) -> str:
        message.leaving()
        words = {"to": message.address("user_id"), "words": message.text}
        answer = http.ask("POST", f"{self.channel.secret('loft')}/fly", json=words)
        if not answer.ok:
            raise http.refused(answer.status_code)
        return identifier(http.json_of(answer).get("pigeon"))

    def check(self) -> str:
        return plain(self._loft().get("name"))

    def register(self, url: str) -> None:
        http.ask("POST", f"{self.channel.secret('loft')}/train", json={"url": url})

    def on_record(self) -> str:
        return plain(self._loft().get("url"))

    def _loft(self) -> Json:
        return http.json_of(http.ask("GET", self.channel.secret("loft")))
