"""Which of the answers last offered a message names."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from django.db.models import Q
from django.utils import timezone

from chatbot.channels.events import InboundMessage
from chatbot.dialog import registry
from chatbot.dialog.contract import INTENT
from chatbot.dialog.listening import Listening
from chatbot.intents import holdings, picking, properties, property_picking, visit_offering
from chatbot.intents.heard import Slots
from crm.conversations.models import Conversation, Message
from crm.conversations.rules import rules_of

# How long an answer offered can still be named by its number.
OFFER_STANDS = timedelta(days=7)
State = Message.State
ONLY_A_LINK = Q(options__0__has_key="url")  # nothing to choose; it hides no offer before it
# What is just being sent may be there before we hear that it is.
SHOWN = (State.SENDING, State.SENT, State.DELIVERED, State.READ, State.UNKNOWN)


def with_choice(
    conversation: Conversation, inbound: InboundMessage, heard: Listening | None
) -> tuple[InboundMessage, Listening | None]:
    """ "2", "la segunda" or its title is the second of the answers last offered: then it is neither
    an amount nor a loan."""
    choice = _choice(conversation, inbound, heard)
    if not choice:
        return inbound, heard
    if heard is not None:
        heard = replace(heard, heard=replace(heard.heard, slots=Slots()))
    return replace(inbound, choice=choice), heard


def _choice(conversation: Conversation, inbound: InboundMessage, heard: Listening | None) -> str:
    """The id of the answer that is named; "": none. What stands beside a picture names none."""
    if inbound.choice or inbound.media or inbound.outgoing or not inbound.wakes:
        return ""
    if heard is not None and heard.heard.slots.document and heard.heard.slots.year:
        return ""  # who they are is no answer's number or title
    if conversation.last_message_at is None:
        return ""  # nothing was said here before
    if not 0 < len(inbound.text) <= picking.LONGEST:
        return ""
    if heard is not None and _is_figure(conversation, heard, inbound.text):
        return ""
    offered = _offered(conversation, heard)
    if heard is not None and offered and (row := _listed(heard, inbound.text, offered)):
        return row
    if heard is not None and (meant := _property(conversation, heard, inbound.text, offered)):
        return meant
    option = picking.pick(inbound.text, offered)
    if option is None or (heard is not None and _names_row(conversation, heard, option["id"])):
        return ""
    return option["id"]


def _is_figure(conversation: Conversation, heard: Listening, text: str) -> bool:
    """Whether a number alone is the figure asked for: below buttons nobody sees another one."""
    dialog = heard.dialog
    step = registry.steps().get((dialog.name, dialog.step))
    if step is None or not step.asks_figure or not dialog.is_open(timezone.now()):
        return False
    return text.strip().isdecimal() and rules_of(conversation.channel.provider).buttons > 0


def _offered(conversation: Conversation, heard: Listening | None) -> list[dict[str, str]]:
    """The answers last offered; where any text is asked for, only those below that question."""
    said = conversation.messages.filter(
        direction=Message.Direction.OUT,
        shown_at__gte=timezone.now() - OFFER_STANDS,
        # Not what they never saw; what nobody has confirmed they may have.
        state__in=SHOWN,
    )
    if heard is None or not registry.takes_any(heard.dialog, timezone.now()):
        # What a colleague said since is what a number answers to.
        said = said.filter(Q(author=Message.Author.COLLEAGUE) | ~Q(options=[]) & ~ONLY_A_LINK)
    last = said.order_by("-shown_at", "-id").values_list("options", flat=True).first()
    return [one for one in last or [] if "url" not in one]


def _listed(heard: Listening, text: str, offered: list[dict[str, str]]) -> str:
    """The property of a list that "¿y la primera?" names below the card of another one."""
    kinds = {one["id"].partition(":")[0] for one in offered}
    return properties.listed_as(heard.dialog.topic, text, heard.heard.slots.ordinal, kinds)


def _property(
    conversation: Conversation, heard: Listening, text: str, offered: list[dict[str, str]]
) -> str:
    """The one offered that "ese", "quiero la 2", or a yes right after it, means."""
    dialog = heard.dialog
    if dialog.is_open(timezone.now()) and dialog.name != visit_offering.DIALOG:
        return ""  # that is what a yes answers
    found = property_picking.meant(text, heard.heard, offered)
    if not found or heard.heard.intent != "affirm":
        return found
    said = conversation.messages.filter(direction=Message.Direction.OUT, state__in=SHOWN)
    last = said.order_by("-shown_at", "-id").values_list("options", flat=True).first()
    return found if last == offered else ""


def _names_row(conversation: Conversation, heard: Listening, choice: str) -> bool:
    """Whether "el segundo" is the second loan of the reply they read, not its second button."""
    listed = heard.dialog.topic.get(holdings.LISTED)
    if not listed or not heard.heard.slots.ordinal or choice.partition(":")[0] != INTENT:
        return False
    rows = conversation.messages.filter(direction=Message.Direction.IN).order_by("-id")
    return bool(rows.values_list("pk", flat=True).first() == listed)
