"""Messages by the million: conversations of the bulk's contacts, for measuring."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from django.db import models, transaction
from django.utils import timezone

from chatbot.demo.bulk import LAST_WORDS, SPAN, Say, fake_phone, moment, told
from chatbot.demo.loading import Value, first_key, load
from crm.conversations.models import (
    Channel,
    ChannelAddress,
    ChannelIdentity,
    Conversation,
    Episode,
    Message,
)
from crm.people.models import Contact

MARK = "bulk"
EACH = 10  # messages of a conversation, about
IDENTITY = ("id", "channel_id", "contact_id", "name", "created_at")
ADDRESS = ("channel_id", "identity_id", "kind", "value")
CONVERSATION = (
    "id", "identity_id", "channel_id", "contact_id", "episode_id", "last_message_at",
    "last_shown_at", "last_inbound_at", "last_text", "last_direction", "changed_at", "created_at",
)  # fmt: skip
EPISODE = ("id", "conversation_id", "owner", "owner_since", "opened_at", "outcome")
MESSAGE = (
    "id", "conversation_id", "episode_id", "channel_id", "direction", "author", "kind", "text",
    "options", "reply_to", "raw", "provider_id", "state", "shown_at", "created_at", "error_code",
    "error_text",
)  # fmt: skip


@transaction.atomic
def make_messages(count: int, say: Say) -> int:
    """`count` messages in conversations of contacts that have none yet; how many were made:
    fewer only if there are no such contacts."""
    silent = Contact.objects.filter(conversations=None, points__value__startswith="+519")
    wanted = max(1, count // EACH)
    contacts = list(silent.order_by("pk").values_list("pk", flat=True)[:wanted])
    if not contacts:
        return 0
    channel, _ = Channel.objects.get_or_create(
        provider="simulator", external_id=MARK, defaults={"name": "Simulador de carga"}
    )
    talks = Talks(contacts, count, channel, int(timezone.now().timestamp()))
    load(ChannelIdentity, IDENTITY, talks.identities(), told(say, "identities"))
    load(ChannelAddress, ("id", *ADDRESS), numbered(ChannelAddress, talks.addresses()))
    load(Conversation, CONVERSATION, talks.conversations(), told(say, "conversations"))
    load(Episode, EPISODE, talks.episodes())
    load(Message, MESSAGE, talks.messages(), told(say, "messages"))
    return count


def numbered(
    model: type[models.Model], rows: Iterator[tuple[Value, ...]]
) -> Iterator[tuple[Value, ...]]:
    return ((key, *row) for key, row in enumerate(rows, first_key(model)))


class Talks:
    """Every contact's conversation: the same key for identity, conversation and episode apart."""

    def __init__(self, contacts: list[int], count: int, channel: Channel, now: int) -> None:
        self.contacts, self.count, self.channel = contacts, count, channel.pk
        self.identity, self.conversation, self.episode, self.message = map(
            first_key, (ChannelIdentity, Conversation, Episode, Message)
        )
        random = Random(f"talks from {self.conversation}")
        self.begun = [now - 90_000 - int(SPAN * random.random()) for _ in contacts]

    def length(self, number: int) -> int:
        """Messages of the conversation with this number; together they are `count`."""
        share, rest = divmod(self.count, len(self.contacts))
        return share + (number < rest)

    def identities(self) -> Iterator[tuple[Value, ...]]:
        for number, contact in enumerate(self.contacts):
            yield self.identity + number, self.channel, contact, "", moment(self.begun[number])

    def addresses(self) -> Iterator[tuple[Value, ...]]:
        for number, contact in enumerate(self.contacts):
            yield self.channel, self.identity + number, "wa_id", fake_phone(contact)

    def conversations(self) -> Iterator[tuple[Value, ...]]:
        for number, contact in enumerate(self.contacts):
            begun, length = self.begun[number], self.length(number)
            last = moment(begun + 60 * max(length - 1, 0))
            heard = moment(begun + 60 * (max(length - 1, 0) // 2 * 2))
            yield (
                self.conversation + number, self.identity + number, self.channel, contact,
                self.episode + number, last, last, heard, LAST_WORDS[length % len(LAST_WORDS)],
                "in" if length % 2 else "out", last, moment(begun),
            )  # fmt: skip

    def episodes(self) -> Iterator[tuple[Value, ...]]:
        for number in range(len(self.contacts)):
            begun = moment(self.begun[number])
            yield self.episode + number, self.conversation + number, "bot", begun, begun, ""

    def messages(self) -> Iterator[tuple[Value, ...]]:
        """The person and the bot in turn, a minute apart."""
        key = self.message
        for number in range(len(self.contacts)):
            for turn in range(self.length(number)):
                at, heard = moment(self.begun[number] + 60 * turn), turn % 2 == 0
                yield (
                    key, self.conversation + number, self.episode + number, self.channel,
                    "in" if heard else "out", "person" if heard else "bot", "text",
                    LAST_WORDS[(number + turn) % len(LAST_WORDS)], "[]", "", "",
                    f"wamid.BULK.{key}", "received" if heard else "read", at, at, "", "",
                )  # fmt: skip
                key += 1
