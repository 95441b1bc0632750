"""WhatsApp Cloud API of Meta: webhooks as Meta sends them, messages through heyoo."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any, ClassVar

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from chatbot.channels import graph, meta_messages
from chatbot.channels.base import CredentialField, Outgoing
from chatbot.channels.errors import ChannelError
from chatbot.channels.events import Event, Json, StatusUpdate, Understood
from chatbot.channels.reading import derived_id, dicts, identifier, mapping, moment, notice, plain
from chatbot.channels.signed import Signed
from chatbot.channels.signed import sign as sign
from crm.conversations.models import Message
from crm.conversations.rules import MB, MediaRule, Rules

STATES = {
    "sent": Message.State.SENT,
    "delivered": Message.State.DELIVERED,
    "read": Message.State.READ,
    "played": Message.State.READ,
    "failed": Message.State.FAILED,
}


class Meta(Signed):
    slug = "meta"
    label: ClassVar[str | Promise] = _("WhatsApp (Meta Cloud API)")
    icon = "brand-whatsapp"
    external_id: ClassVar[str | Promise] = _("Phone number ID")
    media_hosts = (".fbsbx.com", ".whatsapp.net", ".facebook.com")
    rules = Rules(
        buttons=3,
        rows=10,
        window=timedelta(hours=24),
        writes_first=False,
        templates=True,
        per_second=80,
        pair_seconds=6,
        pair_burst=45,
        media={
            "image": MediaRule(5 * MB, ("image/jpeg", "image/png")),
            "audio": MediaRule(
                16 * MB, ("audio/aac", "audio/amr", "audio/mpeg", "audio/mp4", "audio/ogg")
            ),
            "video": MediaRule(16 * MB, ("video/mp4", "video/3gpp")),
            "sticker": MediaRule(500 * 1024, ("image/webp",)),
            "document": MediaRule(100 * MB),
        },
    )
    fields: ClassVar[tuple[CredentialField, ...]] = (
        CredentialField(
            "app_secret",
            _("App secret"),
            help=_("Meta signs what it sends with it; without it nothing is accepted."),
        ),
        CredentialField("access_token", _("Access token")),
        CredentialField(
            "verify_token",
            _("Verify token"),
            help=_("A word of your choice, entered at Meta beside the webhook address."),
        ),
        CredentialField("business_account_id", _("WhatsApp Business account ID"), secret=False),
    )

    def parse(self, body: Json) -> list[Event]:
        entries = body.get("entry")
        events: list[Event] = []
        for entry in entries if isinstance(entries, list) else []:
            if not isinstance(entry, dict) or not isinstance(entry.get("changes"), list):
                events.append(notice(entry))
                continue
            for change in entry["changes"]:
                events.extend(_change_events(change, entry))
        return events or [notice(body)]

    def understand(self, kind: str, payload: Json) -> Understood | None:
        if kind == "status":
            return _status(mapping(payload.get("status")))
        if kind in ("message", "echo"):
            return meta_messages.read(payload, outgoing=kind == "echo")
        return None

    def send(self, message: Outgoing) -> str:
        return graph.client(self.channel).send(message)

    def fetch_media(self, media_id: str, limit: int) -> tuple[bytes, str]:
        client = graph.client(self.channel)
        url, mime = client.media_url(media_id)
        bearer = {"Authorization": f"Bearer {client.token}"}
        content, announced = self.download(url, limit, base=settings.GRAPH_API_URL, headers=bearer)
        return content, mime or announced

    def check(self) -> str:
        return graph.client(self.channel).describe_number()

    def register(self, url: str) -> None:
        account = self._account()
        graph.client(self.channel).subscribe(account, url, self.channel.secret("verify_token"))

    def on_record(self) -> str:
        return ", ".join(graph.client(self.channel).subscriptions(self._account()))

    def _account(self) -> str:
        account = self.channel.secret("business_account_id")
        if not account:
            raise ChannelError(
                str(_("Enter the WhatsApp Business account ID first.")), permanent=True
            )
        return account


def _change_events(change: Any, entry: Json) -> Iterator[Event]:
    value = mapping(mapping(change).get("value"))
    number = identifier(mapping(value.get("metadata")).get("phone_number_id"))
    found = False
    contacts = dicts(value.get("contacts"))
    for name in ("messages", "message_echoes", "statuses"):
        elements = value.get(name)
        for element in elements if isinstance(elements, list) else []:
            found = True
            yield _element_event(name, element, contacts, number)
    # Errors of the account, or of a message that could not even be delivered to us.
    for error in dicts(value.get("errors")):
        found = True
        yield notice({"error": error, "time": entry.get("time")}, number)
    if not found:
        yield notice({"change": change, "time": entry.get("time")}, number)


def _element_event(name: str, element: Any, contacts: list[Json], number: str) -> Event:
    if not isinstance(element, dict):
        return notice({name: element}, number)
    if name == "statuses":
        state = identifier(element.get("status"), 20)
        id_ = identifier(element.get("id")) or derived_id(element)
        return Event("status", f"status:{id_}:{state}", "s", {"status": element}, number)
    echo = name == "message_echoes"
    contact = _contact_of(element, contacts)
    person = meta_messages.addresses_of(element, contact, outgoing=echo)
    if not person:
        return notice({name: element}, number)
    id_ = identifier(element.get("id")) or derived_id(element)
    kind = "echo" if echo else "message"
    payload = {"message": element, "contact": contact, "id": id_}
    return Event(kind, f"message:{id_}", f"p:{person[0].value}", payload, number)


def _contact_of(element: Json, contacts: list[Json]) -> Json:
    """The card of whoever wrote: a body may mix people, so never simply the first one."""
    for contact in contacts:
        for ours, theirs in (("from", "wa_id"), ("from_user_id", "user_id")):
            if element.get(ours) and element.get(ours) == contact.get(theirs):
                return contact
    names_nobody = not element.get("from") and not element.get("from_user_id")
    return contacts[0] if len(contacts) == 1 and names_nobody else {}


def _status(element: Json) -> StatusUpdate | None:
    state = STATES.get(identifier(element.get("status"), 20))
    id_ = identifier(element.get("id"))
    if state is None or not id_:
        return None
    errors = dicts(element.get("errors"))
    error = errors[0] if errors else {}
    details = mapping(error.get("error_data")).get("details")
    return StatusUpdate(
        id=id_,
        state=state,
        at=moment(element.get("timestamp")),
        attempt=identifier(element.get("biz_opaque_callback_data"), 60),
        code=identifier(error.get("code"), 40),
        text=plain(details or error.get("message") or error.get("title"), 500),
    )
