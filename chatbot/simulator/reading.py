"""What the phone shows: the desk's messages of one number or group, as far as they have arrived."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from django.db.models import Q, QuerySet

from chatbot.channels.reading import dicts
from chatbot.simulator.payloads import BUTTONS, CAPTIONED, Person
from crm.conversations import templates
from crm.conversations.models import Channel, Conversation, Message

SHOWN = 60
ARRIVED = (Message.State.SENT, Message.State.DELIVERED, Message.State.READ)
In, Kind = Message.Direction.IN, Message.Kind


@dataclass(frozen=True, slots=True)
class Button:
    """A button under a template; only a quick answer comes back to us when it is tapped."""

    title: str
    answers: bool


@dataclass(frozen=True, slots=True)
class Card:
    """A template as the phone sets it: its parts apart."""

    header: str
    body: str
    footer: str
    buttons: tuple[Button, ...]


@dataclass(frozen=True, slots=True)
class Said:
    """A message with what is around it.

    mine       whether who holds the phone wrote it
    reactions  those that stand, `reacted` the phone's own
    offers     its answers can still be tapped
    """

    message: Message
    mine: bool
    quoted: Message | None = None
    reactions: list[str] = field(default_factory=list)
    reacted: str = ""
    offers: bool = False

    @property
    def card(self) -> Card | None:
        return card_of(self.message)

    @property
    def is_deleted(self) -> bool:
        return self.message.deleted_at is not None

    @property
    def as_list(self) -> bool:
        """Whether its answers unfold, as those of a list do."""
        return len(self.message.options) > BUTTONS

    @property
    def is_editable(self) -> bool:
        worded = self.message.kind == Kind.TEXT or self.message.kind in CAPTIONED
        return self.mine and worded and bool(self.message.text)

    @property
    def looks(self) -> object:
        """Is another one when the bubble looks different."""
        one = self.message
        files = [(a.pk, a.state) for a in one.attachments.all()]
        changed = (one.edited_at, one.deleted_at, self.quoted and self.quoted.deleted_at)
        return one.pk, one.state, one.text, files, changed, self.reactions, self.reacted


@dataclass(frozen=True, slots=True)
class Phone:
    conversation: Conversation | None
    said: list[Said]

    @property
    def version(self) -> str:
        """Changes when the phone looks different."""
        looks = repr([one.looks for one in self.said])
        return hashlib.blake2s(looks.encode(), digest_size=8).hexdigest()


def look(channel: Channel, person: Person, *, private: bool) -> Phone:
    """`private`: with what is said in a partner's session."""
    conversation = conversation_of(channel, person)
    if conversation is None:
        return Phone(None, [])
    rows = arrived(conversation).exclude(kind=Kind.SYSTEM).select_related("template")
    if not private:
        rows = rows.filter(is_private=False)
    newest = rows.prefetch_related("attachments").order_by("-shown_at", "-id")[:SHOWN]
    return Phone(conversation, _told(list(newest)[::-1], person))


def conversation_of(channel: Channel, person: Person) -> Conversation | None:
    rows = Conversation.objects.select_related("contact", "episode__human")
    known = {"identity__addresses__channel": channel, "identity__addresses__value": person.address}
    return rows.filter(channel=channel, **known).first()


def arrived(conversation: Conversation) -> QuerySet[Message]:
    """What the person wrote, and what of ours has reached the phone."""
    return conversation.messages.filter(Q(direction=In) | Q(state__in=ARRIVED))


def is_mine(message: Message, person: Person) -> bool:
    return message.direction == In and (not person.group or person.wrote(message.sender))


def card_of(message: Message) -> Card | None:
    """A template's text in the parts `templates.preview` joined; None for any other message."""
    template = message.template
    if template is None:
        return None
    buttons = [one for one in templates.buttons(template) if one.get("text")]
    words = message.text.removesuffix(" ".join(f"[{one['text']}]" for one in buttons)).rstrip()
    parts = {str(one.get("type")).upper(): one for one in dicts(template.components)}
    header = footer = ""
    if parts.get("HEADER", {}).get("text"):
        header, _, words = words.partition("\n\n")
    if parts.get("FOOTER", {}).get("text"):
        words, _, footer = words.rpartition("\n\n")
    return Card(header, words, footer, tuple(_button(one) for one in buttons))


def _button(button: templates.Json) -> Button:
    return Button(str(button["text"]), str(button.get("type")).upper() == "QUICK_REPLY")


def _told(messages: Sequence[Message], person: Person) -> list[Said]:
    """From old to new, each reaction on what it is about; only the last message's answers stand."""
    known = {message.provider_id: message for message in messages if message.provider_id}
    spoken = [message for message in messages if message.kind != Kind.REACTION]
    reactions = [message for message in messages if message.kind == Kind.REACTION]
    last = spoken[-1].pk if spoken else None
    told = []
    for message in spoken:
        about = [one for one in reactions if message.provider_id == one.reply_to != ""]
        standing = _standing(about)
        told.append(
            Said(
                message,
                mine=is_mine(message, person),
                quoted=known.get(message.reply_to),
                reactions=[emoji for emoji in standing.values() if emoji],
                reacted=next((one.text for one in about[::-1] if is_mine(one, person)), ""),
                offers=message.pk == last and message.direction != In,
            )
        )
    return told


def _standing(reactions: Iterable[Message]) -> dict[tuple[str, str], str]:
    """The last one of each who reacted."""
    return {(one.direction, one.sender): one.text for one in reactions}
