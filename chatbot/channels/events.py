"""What comes in from a provider: stored elements of a body, and what they mean, typed.

A provider's `parse` makes `Event`s before the 200; its `understand` turns a stored one into one of
the types of `Understood`, which the pipeline applies.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from crm.conversations.models import Channel, Message

Json = dict[str, Any]
# In a stored payload: the account it named, which no channel of ours has.
STRAY = "stray"
# `raw` of a message that could be read: it was forwarded, so whoever sent it need not have
# written it. templates/inbox/_bubbles.html knows it by these words.
FORWARDED: Json = {"forwarded": True}


@dataclass(frozen=True, slots=True)
class Event:
    """One element of a webhook body, as it is stored before the 200.

    kind         "message", "echo", "status", or another word of the provider's module's own
    key          what it is; the same in every redelivery
    lane         whose it is; events of one lane are handled in order. "s" is for statuses alone
    payload      the element itself, with what of its envelope it needs to be understood
    external_id  which of our accounts it names; "" where it names none
    """

    kind: str
    key: str
    lane: str
    payload: Json
    external_id: str = ""


@dataclass(frozen=True, slots=True)
class Address:
    """`kind` is "wa_id" (international digits), "user_id" or another word of the provider's."""

    kind: str
    value: str


@dataclass(frozen=True, slots=True)
class Media:
    id: str  # whatever `Provider.fetch_media` can fetch it by
    name: str = ""
    mime: str = ""
    error: str = ""  # the provider itself could not get it
    size: int = 0  # bytes, where that is told beforehand


@dataclass(frozen=True, slots=True)
class Group:
    """A group chat: a conversation of its own, in which nobody is logged in or answered."""

    address: Address
    name: str = ""


@dataclass(frozen=True, slots=True)
class Referral:
    """How the person came: `kind` is "ad", "post", or "link" (a deep link's payload in `id`)."""

    kind: str
    id: str = ""
    click_id: str = ""
    title: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class InboundMessage:
    """A message understood: what the desk stores and answers.

    `addresses` are the person's, also of an echo (then: to whom it went) and in a group (then:
    who wrote; `sender` is their name). Those of them that are in `left` are theirs no more: this
    very message says so. `wakes` is False for what is no turn of the person
    (reactions, notices). `historical` messages are stored without bot, lead or waiting.
    `raw` is all of an element that could not be read, or FORWARDED.
    """

    id: str
    addresses: tuple[Address, ...]
    kind: Message.Kind
    name: str = ""
    left: tuple[Address, ...] = ()
    at: datetime | None = None
    text: str = ""
    choice: str = ""
    reply_to: str = ""
    media: tuple[Media, ...] = ()
    wakes: bool = True
    outgoing: bool = False  # an echo: it was written on the phone, or by another program
    by_api: bool = False  # an echo of what a program sent, so perhaps of our own sending
    or_typed: bool = False  # of such an echo: the provider does not tell programs from people
    state: Message.State = Message.State.SENT  # of an echo: how far it has come
    historical: bool = False
    group: Group | None = None
    sender: str = ""
    referral: Referral | None = None
    named_products: tuple[str, ...] = ()
    own_phone: str = ""  # international digits that the provider itself proves to be theirs
    app_key: str = ""  # of the app they wrote with, where the provider tells one
    new_hands: bool = False  # the provider says that phone, number or id have changed
    receipt: str = ""  # what the provider waits to be told that we have seen (a tapped button)
    # Of a reaction whose provider calls a chat now so, now otherwise: the ids of the message it is
    # about, whose thread it belongs to, and a number that is the person's or our own.
    about: tuple[str, ...] = ()
    by: Address | None = None
    # Whom it names as its receiver, where our own number is not known: it may be our own, mirrored.
    sent_to: Address | None = None
    raw: Json | None = None


@dataclass(frozen=True, slots=True)
class StatusUpdate:
    """What became of a message of ours. `attempt` is the callback data it travelled with.

    `opted_out` and `unreachable` are what a failure says of the person besides, `template` what
    it says of the message's template (a value of MessageTemplate.Status), `outdated` that it may
    be another now than the one we know. `retry_after` are the seconds after which what failed is
    tried again by itself, 0: never.
    """

    id: str
    state: Message.State
    at: datetime | None
    attempt: str = ""
    code: str = ""
    text: str = ""
    pricing: Json | None = None
    opted_out: bool = False
    unreachable: bool = False
    retry_after: float = 0
    template: str = ""
    outdated: bool = False


@dataclass(frozen=True, slots=True)
class Edit:
    """The message `id` (the provider's) reads otherwise now.

    `addresses` say whose message that is, as an InboundMessage's do (in a group: the group's own,
    or who wrote), and `outgoing` whether it is ours, for providers whose ids are not unique; () and
    None where nobody is named.
    """

    id: str
    text: str
    at: datetime | None = None
    addresses: tuple[Address, ...] = ()
    outgoing: bool | None = None


@dataclass(frozen=True, slots=True)
class Deletion:
    """The message `id` is gone; the rest as in Edit."""

    id: str
    at: datetime | None = None
    addresses: tuple[Address, ...] = ()
    outgoing: bool | None = None


@dataclass(frozen=True, slots=True)
class Preference:
    """Whether somebody wants to hear marketing."""

    addresses: tuple[Address, ...]
    wanted: bool
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class PersonNews:
    """What a provider says of somebody: a name, or whether they can be reached (None: not said)."""

    addresses: tuple[Address, ...]
    name: str = ""
    reachable: bool | None = None
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class AccountNews:
    """How our account is doing. `stops`: nothing may be sent until a person mends it; `pause`: not
    for so many seconds, in which it may mend itself.

    `replaces`: it is of one trouble only, whose error contains all these words. Other good news
    ends every trouble, and other doubts hide none that is worse. `template`: it is of that one, in
    that `language`, and neither hides nor ends what is wrong with the account. `about`: what may
    turn again: of that nothing counts any more that is older than what was heard of it, by `at`.
    """

    health: Channel.Health
    text: str
    code: str = ""
    stops: bool = False
    pause: float = 0
    replaces: tuple[str, ...] = ()
    template: str = ""
    language: str = ""
    about: str = ""
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class TemplateNews:
    """A template as the provider tells of it; "" and None: it does not say, leave it.

    `at`: when it told; None: it was asked, so it is as it is now.
    """

    name: str
    language: str
    id: str = ""
    status: str = ""  # upper-case, as Meta's: "APPROVED", "PAUSED" …
    category: str = ""
    quality: str = ""
    reason: str = ""
    components: list[Json] | None = None
    at: datetime | None = None


Understood = (
    InboundMessage
    | StatusUpdate
    | Edit
    | Deletion
    | Preference
    | PersonNews
    | AccountNews
    | TemplateNews
)
