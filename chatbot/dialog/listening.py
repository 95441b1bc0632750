"""What a message means, found out before it is stored: some are stored otherwise for it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from chatbot.channels.events import InboundMessage
from chatbot.dialog import sessions
from chatbot.intents.detecting import detect
from chatbot.intents.heard import Heard
from chatbot.models import Dialog, PartnerSession
from crm.conversations.models import Conversation

# What only a partner can want; in one who is not logged in it is no interest in a property.
PARTNERS_OWN = frozenset(
    (
        "authenticate",
        "personal_info",
        "account_statement",
        "list_loans",
        "loan_detail",
        "next_payment",
        "settlement",
        "upload_receipt",
        "ticket_status",
        "logout",
    )
)
PROSPECTS = frozenset(("property_inquiry", "schedule_visit"))


@dataclass(frozen=True, slots=True)
class Listening:
    """What was understood, where the conversation stands (its row is locked), and who speaks."""

    heard: Heard
    dialog: Dialog
    session: PartnerSession | None

    @property
    def is_prospects(self) -> bool:
        """Whether it may make a lead: whoever asks about their loan is no prospect."""
        if self.heard.intent in PROSPECTS:
            return True
        busy = self.dialog.name != "" or self.session is not None
        return not busy and self.heard.intent not in PARTNERS_OWN


def listen(conversation: Conversation, inbound: InboundMessage, now: datetime) -> Listening:
    """Understand a person's message and lock their dialog until the transaction ends."""
    Dialog.objects.get_or_create(conversation=conversation)
    dialog = Dialog.objects.select_for_update().get(conversation=conversation)
    return Listening(
        heard=detect(inbound.text),
        dialog=dialog,
        session=sessions.current(conversation, now),
    )


def as_stored(inbound: InboundMessage, heard: Heard) -> InboundMessage:
    """What of the message is kept: a document and a year of birth are not."""
    return inbound if heard.intent != "authenticate" else replace(inbound, text=inbound.text)
