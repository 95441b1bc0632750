"""What a message means, found out before it is stored: some are stored otherwise for it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from django.utils import timezone

from chatbot import lasting
from chatbot.channels.events import InboundMessage
from chatbot.dialog import registry, sessions
from chatbot.dialog.login import masking
from chatbot.dialog.login.asking import DIALOG
from chatbot.intents.detecting import detect
from chatbot.intents.heard import Heard
from chatbot.models import Dialog, PartnerSession
from crm.conversations.models import Conversation, Message

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
        # A complaint may be anybody's, but is no interest either.
        "create_ticket",
        "ticket_status",
        "logout",
    )
)
# What their text says are no words of theirs.
CARDS = (Message.Kind.LOCATION, Message.Kind.CONTACTS, Message.Kind.ORDER)
PROSPECTS = frozenset(("property_inquiry", "schedule_visit"))


@dataclass(frozen=True, slots=True)
class Listening:
    """What was understood, where the conversation stands (its row is locked), and who speaks."""

    heard: Heard
    dialog: Dialog
    session: PartnerSession | None

    @property
    def is_login(self) -> bool:
        """Whether somebody says who they are, or answers when asked for it."""
        return self.heard.intent == "authenticate" or self.dialog.name == DIALOG

    @property
    def is_prospects(self) -> bool:
        """Whether it may make a lead: whoever asks about their loan is no prospect."""
        if self._is_answer:
            return False
        if self.heard.intent in PROSPECTS:
            return True
        busy = self.dialog.name != "" or self.session is not None
        return not busy and self.heard.intent not in PARTNERS_OWN

    @property
    def _is_answer(self) -> bool:
        """Whether any text is the answer to what was asked: "no one came to my visit"."""
        step = registry.steps().get((self.dialog.name, self.dialog.step))
        return step is not None and step.takes_any and self.dialog.is_open(timezone.now())


def listen(conversation: Conversation, inbound: InboundMessage, now: datetime) -> Listening:
    """Understand a person's message and lock their dialog until the transaction ends."""
    rows = Dialog.objects.select_for_update().filter(conversation=conversation)
    dialog = rows.first()
    if dialog is None:
        Dialog.objects.get_or_create(conversation=conversation)
        dialog = rows.get()
    return Listening(
        heard=Heard() if inbound.kind in CARDS else detect(inbound.text),
        dialog=dialog,
        session=sessions.current(conversation, now, inbound),
    )


def as_stored(inbound: InboundMessage, said: Listening) -> InboundMessage:
    """What of the message is kept: a document, a year and a code are not, right or wrong."""
    # What was tapped on are our own words.
    if not said.is_login or inbound.choice or inbound.kind in CARDS:
        return inbound
    secrets = masking.secrets_of(inbound.text)
    lasting.settle_with(lambda payload: masking.mask_payload(payload, secrets))
    raw = masking.mask_payload(inbound.raw, secrets)
    return replace(inbound, text=masking.mask(inbound.text), raw=raw)


def as_edited(message: Message, text: str) -> str:
    """What is kept of a new wording: who mistyped their document may put it right there."""
    dialog = Dialog.objects.filter(conversation=message.conversation_id, name=DIALOG)
    was_login = masking.DOT in message.text
    is_login = detect(text).intent == "authenticate" or masking.GIVEN.search(text)
    if not was_login and not is_login and not dialog.exists():
        return text
    secrets = masking.secrets_of(text)
    lasting.settle_with(lambda payload: masking.mask_payload(payload, secrets))
    return masking.mask(text)
